package dev.howdah.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.core.Backoff;
import dev.howdah.core.DutyLoop;
import dev.howdah.core.Transactions;
import dev.howdah.core.Wakeups;
import dev.howdah.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
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

/** A database for each test with a queue {@code orders}, and what the tests of the client ask of it. */
abstract class QueueClientBase {

    static final String QUEUE = "orders";
    static final Duration LONG = Duration.ofSeconds(60);

    @AutoClose
    final TestDatabase database = TestDatabase.installed();

    final Wakeups wakeups = Wakeups.over(database.dataSource());
    final Queues queues = Queues.over(database.dataSource(), database.dataSource(), wakeups);

    @BeforeEach
    void createQueue() {
        queues.create(QUEUE, QueueSettings.none().withRetries(3).withRetryDelay(Duration.ZERO));
        database.run("create table written (body text)");
    }

    @AfterEach
    void closeWakeups() {
        wakeups.close();
    }

    /** What a server does. */
    DutyLoop server() {
        return DutyLoop.builder()
                .duties(queues.duties())
                .leadershipOver(database.dataSource())
                .backoff(new Backoff(Duration.ofMillis(10), Duration.ofMillis(100)))
                .start();
    }

    QueueWorker.Builder worker() {
        return queues.worker(QUEUE).poll(Duration.ofMillis(20));
    }

    QueueSender sender() {
        return queues.sender(QUEUE);
    }

    QueueReader reader() {
        return queues.reader(QUEUE);
    }

    /** Sends the numbers 1 to {@code last}. */
    void sendNumbers(int last) {
        sender().sendAll(IntStream.rangeClosed(1, last)
                .mapToObj(i -> NewMessage.json("" + i))
                .toList());
    }

    static List<String> numbers(int last) {
        return IntStream.rangeClosed(1, last).mapToObj(Integer::toString).toList();
    }

    /** Reads what can be read, in a transaction that commits. */
    List<Message> readAll() {
        return readAll(reader());
    }

    List<Message> readAll(QueueReader reader) {
        return Transactions.over(database.dataSource()).call(connection -> reader.read(connection, 1_000));
    }

    /** What a handler writes in its message's transaction. */
    static void write(Connection connection, String body) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("insert into written values ('" + body + "')");
        }
    }

    List<String> written() {
        return database.column("select body from written order by length(body), body");
    }

    QueueInfo info() {
        return queues.list().stream()
                .filter(queue -> queue.name().equals(QUEUE))
                .findFirst()
                .orElseThrow();
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
}
