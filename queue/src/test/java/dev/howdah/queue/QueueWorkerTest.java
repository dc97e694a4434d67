package dev.howdah.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.howdah.core.DutyLoop;
import dev.howdah.core.HowdahException;
import dev.howdah.core.Outcome;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class QueueWorkerTest extends QueueClientBase {

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

    private Outcome see(Message message) {
        seen.add(message.body());
        return Outcome.done();
    }

    @Test
    void everyMessageIsHandledOnceByPriorityThenInOrder() {
        sender().send(NewMessage.json("3").withPriority(5));
        sender().send(NewMessage.json("1"));
        sender().sendAll(List.of(NewMessage.json("2"), NewMessage.json("4").withPriority(5)));
        try (QueueWorker worker = worker().concurrency(1).handle(this::see).start()) {
            eventually(() -> assertThat(seen).containsExactly("1", "2", "3", "4"));
            sender().send(NewMessage.json("5"));
            eventually(() -> assertThat(seen).endsWith("5"));
        }
        assertThat(seen).hasSize(5);
        assertThat(info().ready()).isZero();
    }

    @Test
    void handlersRunOnVirtualThreadsWhereTheJvmHasThem() {
        sendNumbers(1);
        try (QueueWorker worker = worker().handle(message -> {
                    seen.add(Thread.currentThread().toString().replaceFirst("\\[.*", ""));
                    return Outcome.done();
                })
                .start()) {
            eventually(() ->
                    assertThat(seen).containsExactly(Runtime.version().feature() >= 21 ? "VirtualThread" : "Thread"));
        }
    }

    @Test
    void manyAreSharedAmongLanesAndWorkers() throws Exception {
        sendNumbers(5_000);
        try (QueueWorker one = worker().handle(this::see).start();
                QueueWorker two =
                        worker().concurrency(3).batch(7).handle(this::see).start()) {
            one.awaitNothingToRead();
            two.awaitNothingToRead();
        }
        assertThat(seen).hasSize(5_000).containsExactlyInAnyOrderElementsOf(numbers(5_000));
        assertThat(info().ready()).isZero();
    }

    @Test
    void eachOutcomeCountsAndOnlyThatOfTheDoneStays() throws Exception {
        sendNumbers(6);
        List<String> tries = new CopyOnWriteArrayList<>();
        try (QueueWorker worker = worker().concurrency(1)
                .batch(10)
                .handle(message -> {
                    tries.add(message.body() + "/" + message.attempts());
                    write(message.connection(), message.body());
                    return switch (message.body()) {
                        case "2" -> Outcome.deadLetter("no good");
                        case "3" -> message.attempts() == 0 ? Outcome.retry(Duration.ofMillis(1)) : Outcome.done();
                        case "4" -> Outcome.retry(Duration.ofHours(1));
                        case "5" -> {
                            if (message.attempts() == 0) {
                                throw new IllegalStateException("once");
                            }
                            yield Outcome.done();
                        }
                        default -> Outcome.done();
                    };
                })
                .start()) {
            eventually(() -> assertThat(tries).contains("3/1", "5/1"));
            worker.awaitNothingToRead();
        }
        assertThat(tries).hasSize(8).startsWith("1/0", "2/0", "3/0", "4/0", "5/0", "6/0");
        assertThat(written()).containsExactly("1", "3", "5", "6");
        assertThat(queues.deadLetters(QUEUE).list(10)).singleElement().satisfies(dead -> {
            assertThat(dead.body()).isEqualTo("2");
            assertThat(dead.reason()).isEqualTo("no good");
            assertThat(dead.attempts()).isEqualTo(1);
        });
        assertThat(queues.peek(QUEUE, 10)).singleElement().satisfies(peeked -> {
            assertThat(peeked.message().body()).isEqualTo("4");
            assertThat(peeked.message().attempts()).isEqualTo(1);
            assertThat(peeked.message().retries()).isEqualTo(2);
            assertThat(peeked.due().orElseThrow())
                    .isAfter(peeked.message().time().plusSeconds(3_500));
        });
    }

    @Test
    void whatFailsEachTimeIsADeadLetterWithTheLastReason() {
        sender().send(NewMessage.json("1").withRetries(2));
        AtomicInteger tries = new AtomicInteger();
        try (QueueWorker worker = worker().handle(message -> {
                    throw new IllegalStateException("try " + tries.incrementAndGet());
                })
                .start()) {
            eventually(() -> assertThat(queues.deadLetters(QUEUE).list(10)).hasSize(1));
        }
        assertThat(tries).hasValue(3);
        DeadLetter dead = queues.deadLetters(QUEUE).list(10).get(0);
        assertThat(dead.reason()).isEqualTo("java.lang.IllegalStateException: try 3");
        assertThat(dead.attempts()).isEqualTo(3);
    }

    @Test
    void anErrorThatAHandlerSwallowsIsARetryOfThatMessageAlone() throws Exception {
        sendNumbers(3);
        List<String> tries = new CopyOnWriteArrayList<>();
        try (QueueWorker worker = worker().concurrency(1)
                .batch(10)
                .handle(message -> {
                    tries.add(message.body() + "/" + message.attempts());
                    write(message.connection(), message.body());
                    if (message.body().equals("2") && message.attempts() == 0) {
                        try (Statement statement = message.connection().createStatement()) {
                            statement.execute("select 1 / 0");
                        } catch (SQLException e) {
                            // that is the point
                        }
                    }
                    return Outcome.done();
                })
                .start()) {
            eventually(() -> assertThat(tries).containsExactly("1/0", "2/0", "3/0", "2/1"));
            worker.awaitNothingToRead();
        }
        assertThat(written()).containsExactly("1", "2", "3");
    }

    @Test
    void aHandlerCannotEndTheTransactionNorUseItLater() throws Exception {
        List<Throwable> refused = new CopyOnWriteArrayList<>();
        List<Connection> kept = new CopyOnWriteArrayList<>();
        sendNumbers(1);
        try (QueueWorker worker = worker().handle(message -> {
                    Connection connection = message.connection();
                    kept.add(connection);
                    List<SqlAction> actions =
                            List.of(Connection::commit, Connection::rollback, c -> c.setAutoCommit(true));
                    for (SqlAction action : actions) {
                        try {
                            action.on(connection);
                        } catch (SQLException e) {
                            refused.add(e);
                        }
                    }
                    try (connection) {
                        var savepoint = connection.setSavepoint();
                        write(connection, "undone");
                        connection.rollback(savepoint);
                    }
                    write(connection, "kept");
                    return see(message);
                })
                .start()) {
            eventually(() -> assertThat(seen).containsExactly("1"));
            worker.awaitNothingToRead();
        }
        assertThat(refused)
                .hasSize(3)
                .allSatisfy(e ->
                        assertThat(e).hasMessage("a message's transaction is its worker's to end, not its handler's"));
        assertThat(written()).containsExactly("kept");
        assertThatThrownBy(() -> kept.get(0).createStatement()).isInstanceOf(SQLException.class);
    }

    @FunctionalInterface
    private interface SqlAction {
        void on(Connection connection) throws SQLException;
    }

    @Test
    void aBatchThatCannotBeCommittedComesAgain() {
        database.run("alter table written add unique (body) deferrable initially deferred");
        sendNumbers(2);
        List<String> tries = new CopyOnWriteArrayList<>();
        try (QueueWorker worker = worker().concurrency(1)
                .batch(10)
                .handle(message -> {
                    tries.add(message.body() + "/" + message.attempts());
                    write(message.connection(), tries.size() <= 2 ? "same" : message.body());
                    return Outcome.done();
                })
                .start()) {
            eventually(() -> assertThat(written()).containsExactly("1", "2"));
        }
        assertThat(tries).hasSize(4);
    }

    @Test
    void whatWasWrittenIsThereExactlyOnceHoweverOftenConnectionsAreCut() throws Exception {
        int count = 300;
        List<NewMessage> messages = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            messages.add(NewMessage.json("" + i).withRetries(1_000));
        }
        sender().sendAll(messages);
        AtomicInteger handled = new AtomicInteger();
        try (QueueWorker worker = worker().batch(5)
                .handle(message -> {
                    write(message.connection(), message.body());
                    if (handled.incrementAndGet() % 60 == 0 && handled.get() < 400) {
                        database.cutConnections();
                    }
                    return Outcome.done();
                })
                .start()) {
            Awaitility.await()
                    .atMost(LONG)
                    .ignoreExceptionsInstanceOf(HowdahException.Unavailable.class)
                    .untilAsserted(
                            () -> assertThat(info().ready() + info().waiting()).isZero());
            worker.awaitNothingToRead();
        }
        assertThat(handled.get()).isGreaterThan(count);
        assertThat(written()).isEqualTo(numbers(count));
    }

    @Test
    void aLostReadingIsOneAttempt() {
        sendNumbers(1);
        List<Integer> attempts = new CopyOnWriteArrayList<>();
        try (QueueWorker worker = worker().handle(message -> {
                    attempts.add(message.attempts());
                    if (attempts.size() <= 2) {
                        database.cutConnections();
                    }
                    return Outcome.done();
                })
                .start()) {
            eventually(() -> assertThat(attempts).containsExactly(0, 1, 2));
            eventually(() -> assertThat(info().ready()).isZero());
        }
    }

    @Test
    void delayedMessagesComeWhenTheyAreDue() {
        sender().send(NewMessage.json("2").withDelay(Duration.ofMillis(300)));
        sender().send(NewMessage.json("1"));
        try (QueueWorker worker = worker().handle(this::see).start()) {
            eventually(() -> assertThat(seen).containsExactly("1", "2"));
        }
    }

    @Test
    void aFilteredWorkerLeavesTheOthers() throws Exception {
        sender().send(NewMessage.json("1").withProperties("{\"type\": \"pdf\", \"size\": 1}"));
        sender().send(NewMessage.json("2"));
        sender().send(NewMessage.json("3").withPriority(7).withProperties("{\"type\": \"pdf\"}"));
        try (QueueWorker worker = worker().filter(MessageFilter.properties("{\"type\": \"pdf\"}"))
                .handle(this::see)
                .start()) {
            eventually(() -> assertThat(seen).containsExactly("1", "3"));
            worker.awaitNothingToRead();
        }
        assertThat(readAll()).extracting(Message::body).containsExactly("2");
    }

    @Test
    void closingLetsTheHandlerEndAndPutsBackWhatIsNotBegun() throws Exception {
        sendNumbers(3);
        CountDownLatch began = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        QueueWorker worker = worker().concurrency(1)
                .batch(10)
                .handle(message -> {
                    began.countDown();
                    await(go);
                    write(message.connection(), message.body());
                    return see(message);
                })
                .start();
        await(began);
        Thread closing = new Thread(worker::close);
        closing.start();
        eventually(() -> assertThat(closing.getState()).isEqualTo(Thread.State.TIMED_WAITING));
        go.countDown();
        closing.join(LONG.toMillis());
        assertThat(seen).containsExactly("1");
        assertThat(written()).containsExactly("1");
        assertThat(readAll())
                .extracting(message -> message.body() + "/" + message.attempts())
                .containsExactly("2/0", "3/0");
    }

    @Test
    void aHandlerThatDoesNotEndIsInterruptedAndItsMessageComesAgainUncounted() {
        sendNumbers(2);
        CountDownLatch atSecond = new CountDownLatch(1);
        QueueWorker worker = worker().concurrency(1)
                .batch(10)
                .drainTimeout(Duration.ofMillis(50))
                .handle(message -> {
                    if (message.body().equals("2")) {
                        atSecond.countDown();
                        new CountDownLatch(1).await();
                    }
                    return see(message);
                })
                .start();
        await(atSecond);
        worker.close();
        eventually(() -> assertThat(readAll())
                .extracting(message -> message.body() + "/" + message.attempts())
                .containsExactly("2/0"));
        assertThat(seen).containsExactly("1");
    }

    @Test
    void settingsThatCannotBeAreRefused() {
        assertThatThrownBy(() -> worker().start())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("a worker needs a handler");
        assertThatThrownBy(() -> worker().handle(this::see).handle(this::see))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> worker().concurrency(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> worker().batch(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> worker().poll(Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> queues.worker("none").handle(this::see).start())
                .isInstanceOf(HowdahException.class)
                .hasMessage("queue \"none\" does not exist");
    }
}
