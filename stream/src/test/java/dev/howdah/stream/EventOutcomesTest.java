package dev.howdah.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.core.Backoff;
import dev.howdah.core.DutyLoop;
import dev.howdah.core.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of an event, whatever its handler says, throws or leaves behind. */
class EventOutcomesTest extends StreamClientBase {

    private final List<String> seen = new CopyOnWriteArrayList<>();
    private DutyLoop server;

    @BeforeEach
    void startServer() {
        server = server();
    }

    @AfterEach
    void stopServer() {
        server.close();
    }

    private Outcome see(Event event) {
        seen.add(event.data());
        return Outcome.done();
    }

    @Test
    void aRetriedEventComesAgainWithItsCountThenIsADeadLetter() {
        streams.configure(STREAM, StreamSettings.none().maxRetries(3));
        List<String> tries = new CopyOnWriteArrayList<>();
        try (StreamConsumer consumer = consumer("c")
                .handle(event -> {
                    tries.add(event.data() + event.retry());
                    return event.data().equals("b") ? Outcome.done() : Outcome.retry(Duration.ZERO);
                })
                .start()) {
            sender().sendAll(List.of(NewEvent.of("a"), NewEvent.of("b")));
            eventually(() -> assertThat(streams.deadLetters(STREAM).list(9))
                    .singleElement()
                    .satisfies(letter -> {
                        assertThat(letter.reason()).isEqualTo("max retries exceeded");
                        assertThat(letter.event().data()).isEqualTo("a");
                        assertThat(letter.event().retry()).isEqualTo(3);
                    }));
        }
        assertThat(tries).containsExactly("a0", "b0", "a1", "a2", "a3");
    }

    @Test
    void anExceptionIsARetryAndThenTheDeadLettersReason() {
        streams.configure(STREAM, StreamSettings.none().maxRetries(2));
        AtomicInteger tries = new AtomicInteger();
        try (StreamConsumer consumer = consumer("c")
                .handle(event -> {
                    throw new IllegalStateException("no, for the " + tries.incrementAndGet() + ". time");
                })
                .start()) {
            sender().send(NewEvent.of("a"));
            eventually(() -> assertThat(streams.deadLetters(STREAM).list(9))
                    .extracting(DeadLetter::reason)
                    .containsExactly("java.lang.IllegalStateException: no, for the 3. time"));
        }
    }

    @Test
    void exceptionsPutAnEventOffByTheConsumersBackoff() {
        try (StreamConsumer consumer = consumer("c")
                .retry(new Backoff(Duration.ofHours(1), Duration.ofHours(9), () -> 0.5))
                .handle(event -> {
                    throw new IllegalStateException("no");
                })
                .start()) {
            sender().send(NewEvent.of("a"));
            for (int retry = 0; retry < 5; retry++) {
                long hours = Math.min(9, 1L << retry);
                eventually(() -> assertThat(database.column(
                                "select extract(epoch from ev_retry_after - now()) / 3600 > %s from pgque.retry_queue"
                                        .formatted(hours - 0.1)))
                        .containsExactly("t"));
                assertThat(database.value(
                                "select extract(epoch from ev_retry_after - now()) / 3600 <= %d from pgque.retry_queue"
                                        .formatted(hours)))
                        .isEqualTo("t");
                int next = retry + 1;
                assertThat(database.value("select ev_retry from pgque.retry_queue"))
                        .isEqualTo("" + next);
                database.run("update pgque.retry_queue set ev_retry_after = now()");
            }
        }
    }

    @Test
    void errorsAreExceptionsToo() {
        try (StreamConsumer consumer = consumer("c")
                .handle(event -> {
                    if (event.retry() == 0) {
                        throw event.data().equals("a") ? new StackOverflowError() : new NoClassDefFoundError("X");
                    }
                    return see(event);
                })
                .start()) {
            sender().sendAll(List.of(NewEvent.of("a"), NewEvent.of("b")));
            eventually(() -> assertThat(seen).containsExactlyInAnyOrder("a", "b"));
        }
    }

    @Test
    void noOutcomeIsARetry() {
        try (StreamConsumer consumer = consumer("c")
                .handle(event -> event.retry() == 0 ? null : see(event))
                .start()) {
            sender().send(NewEvent.of("a"));
            eventually(() -> assertThat(seen).containsExactly("a"));
        }
    }

    @Test
    void aDelayLongerThanPostgresKnowsIsAHundredYears() {
        try (StreamConsumer consumer = consumer("c")
                .handle(event -> Outcome.retry(Duration.ofSeconds(Long.MAX_VALUE)))
                .start()) {
            sender().send(NewEvent.of("a"));
            eventually(() -> assertThat(database.column(
                            "select ev_retry_after > now() + interval '99 years' from pgque.retry_queue"))
                    .containsExactly("t"));
        }
    }

    @Test
    void aReasonThatPostgresCannotStoreKeepsNobodyWaiting() {
        streams.configure(STREAM, StreamSettings.none().maxRetries(0));
        try (StreamConsumer consumer = consumer("c")
                .handle(event -> switch (event.data()) {
                    case "zero" -> Outcome.deadLetter("a\0b");
                    case "half" -> Outcome.deadLetter("a\uD83D");
                    case "long" -> throw new IllegalStateException("🐘".repeat(100_000));
                    case "thrown" -> throw new IllegalStateException("a\0b");
                    default -> throw new Untold();
                })
                .start()) {
            List<String> kinds = List.of("zero", "half", "long", "thrown", "untold");
            sender().sendAll(kinds.stream().map(NewEvent::of).toList());
            eventually(() -> assertThat(streams.deadLetters(STREAM).list(9)).hasSize(kinds.size()));
        }
        assertThat(streams.deadLetters(STREAM).list(9))
                .extracting(letter -> letter.event().data() + " " + letter.reason())
                .contains(
                        "zero a\uFFFDb",
                        "half a?",
                        "thrown java.lang.IllegalStateException: a\uFFFDb",
                        "untold " + Untold.class.getName());
    }

    /** An exception that can't even be told. */
    static final class Untold extends RuntimeException {
        private static final long serialVersionUID = 1L;

        @Override
        public String getMessage() {
            throw new IllegalStateException();
        }
    }

    @Test
    void anInterruptThatAHandlerLeavesIsNotForTheNext() {
        List<Boolean> interrupted = new CopyOnWriteArrayList<>();
        try (StreamConsumer consumer = consumer("c")
                .handle(event -> {
                    interrupted.add(Thread.currentThread().isInterrupted());
                    Thread.currentThread().interrupt();
                    return see(event);
                })
                .start()) {
            sendNumbers(3);
            eventually(() -> assertThat(seen).isEqualTo(numbers(3)));
            sender().send(NewEvent.of("later"));
            eventually(() -> assertThat(seen).endsWith("later"));
        }
        assertThat(interrupted).containsOnly(false);
    }
}
