package dev.howdah.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.core.Backoff;
import dev.howdah.core.DutyLoop;
import dev.howdah.core.Wakeups;
import dev.howdah.testkit.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;

/** A database for each test with a stream {@code orders}, and what the tests of the client ask of it. */
abstract class StreamClientBase {

    static final String STREAM = "orders";
    static final Duration LONG = Duration.ofSeconds(60);
    static final Backoff SHORTLY = new Backoff(Duration.ofMillis(1), Duration.ofMillis(1));

    @AutoClose
    final TestDatabase database = TestDatabase.installed();

    final Wakeups wakeups = Wakeups.over(database.dataSource());
    final Streams streams = Streams.over(database.dataSource(), database.dataSource(), wakeups);

    @BeforeEach
    void createStream() {
        streams.create(STREAM);
    }

    @AfterEach
    void closeWakeups() {
        wakeups.close();
    }

    /** What a server does. */
    DutyLoop server() {
        return DutyLoop.builder()
                .duties(streams.duties())
                .leadershipOver(database.dataSource())
                .backoff(new Backoff(Duration.ofMillis(10), Duration.ofMillis(100)))
                .start();
    }

    StreamConsumer.Builder consumer(String name) {
        return streams.consumer(STREAM, name).poll(Duration.ofMillis(20)).retry(SHORTLY);
    }

    StreamSender sender() {
        return streams.sender(STREAM);
    }

    /** Sends the numbers 1 to {@code last}. */
    void sendNumbers(int last) {
        sender().sendAll(IntStream.rangeClosed(1, last)
                .mapToObj(i -> NewEvent.of("" + i))
                .toList());
    }

    static List<String> numbers(int last) {
        return IntStream.rangeClosed(1, last).mapToObj(Integer::toString).toList();
    }

    /** The data of all events that are stored, in the order of their ids. */
    List<String> stored() {
        return database.column("select ev_data from pgque.event_1 order by ev_id");
    }

    static void eventually(ThrowingRunnable assertion) {
        Awaitility.await().atMost(LONG).pollInterval(Duration.ofMillis(10)).untilAsserted(assertion);
    }

    static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** As a handler waits that takes no interrupt for an answer. */
    static void awaitDeaf(CountDownLatch latch) {
        while (latch.getCount() > 0) {
            try {
                latch.await();
            } catch (InterruptedException e) {
                // that is the point
            }
        }
    }
}
