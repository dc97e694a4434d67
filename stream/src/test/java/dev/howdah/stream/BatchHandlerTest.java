package dev.howdah.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.core.Statements;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Exactly once: what a handler does on its batch's connection stays if the batch is settled, and only then. */
class BatchHandlerTest extends StreamClientBase {

    @BeforeEach
    void aTableForWhatIsDone() {
        database.run("create table done (data text, unique (data) deferrable initially deferred)");
        streams.subscribe(STREAM, "c");
    }

    /** What befalls a batch that has done its work, before it is settled. */
    enum Trouble {
        HANDLER_THROWS {
            @Override
            void befall(Batch batch, StreamClientBase test) {
                throw new IllegalStateException("no");
            }
        },
        HANDLER_HIDES_AN_ERROR {
            @Override
            void befall(Batch batch, StreamClientBase test) throws SQLException {
                try (Statement statement = batch.connection().createStatement()) {
                    statement.execute("select 1 / 0");
                } catch (SQLException hidden) {
                    assertThat(hidden.getSQLState()).isEqualTo("22012");
                }
            }
        },
        CONNECTION_IS_CUT {
            @Override
            void befall(Batch batch, StreamClientBase test) throws SQLException {
                int pid = Statements.rows(batch.connection(), "select pg_backend_pid()", row -> row.getInt(1))
                        .get(0);
                test.database.run("select pg_terminate_backend(" + pid + ", 60000)");
            }
        },
        ALL_CONNECTIONS_ARE_CUT {
            @Override
            void befall(Batch batch, StreamClientBase test) {
                test.database.cutConnections();
            }
        },
        HANDLER_CLOSES_THE_CONNECTION {
            @Override
            void befall(Batch batch, StreamClientBase test) throws SQLException {
                batch.connection().close();
            }
        },
        COMMIT_FAILS {
            @Override
            void befall(Batch batch, StreamClientBase test) throws SQLException {
                write(batch.connection(), batch.events().get(0).data());
            }
        };

        abstract void befall(Batch batch, StreamClientBase test) throws Exception;
    }

    @ParameterizedTest
    @EnumSource(Trouble.class)
    void nothingStaysOfABatchThatFailsAndItComesAgain(Trouble trouble) throws InterruptedException {
        sendNumbers(4);
        List<List<String>> tries = new CopyOnWriteArrayList<>();
        List<String> leftOver = new CopyOnWriteArrayList<>();
        try (StreamConsumer consumer = consumer("c")
                .handleBatches(batch -> {
                    leftOver.addAll(done());
                    tries.add(batch.events().stream().map(Event::data).toList());
                    work(batch);
                    batch.deadLetter(batch.events().get(2), "bad");
                    batch.retry(batch.events().get(3), Duration.ofHours(1));
                    if (tries.size() == 1) {
                        trouble.befall(batch, this);
                    }
                })
                .start()) {
            eventually(() -> assertThat(tries).hasSize(2));
            consumer.awaitReadUp();
        }
        assertThat(tries).containsExactly(numbers(4), numbers(4));
        assertThat(leftOver).isEmpty();
        assertThat(done()).isEqualTo(numbers(4));
        assertThat(streams.deadLetters(STREAM).list(9))
                .extracting(letter -> letter.event().data())
                .containsExactly("3");
        assertThat(database.column("select ev_data from pgque.retry_queue")).containsExactly("4");
    }

    @Test
    void aWorkerThatLostItsLeaseCommitsNothing() throws InterruptedException {
        sendNumbers(3);
        CountDownLatch worked = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        List<String> later = new CopyOnWriteArrayList<>();
        try (StreamConsumer late = consumer("c")
                .lease(Duration.ofHours(1))
                .handleBatches(batch -> {
                    if (worked.getCount() == 0) {
                        batch.events().forEach(event -> later.add(event.data()));
                        return;
                    }
                    for (Event event : batch.events()) {
                        write(batch.connection(), "late " + event.data());
                    }
                    batch.deadLetter(batch.events().get(0), "late");
                    worked.countDown();
                    await(go);
                })
                .start()) {
            await(worked);
            database.run("update howdah_stream.position set pos_lease_until = clock_timestamp()");
            try (StreamConsumer other =
                    consumer("c").handleBatches(BatchHandlerTest::work).start()) {
                eventually(() -> assertThat(done()).isEqualTo(numbers(3)));
                other.awaitReadUp();
            }
            go.countDown();
            late.awaitReadUp();
            sender().send(NewEvent.of("next"));
            eventually(() -> assertThat(later).containsExactly("next"));
        }
        assertThat(done()).isEqualTo(numbers(3));
        assertThat(streams.deadLetters(STREAM).list(9)).isEmpty();
    }

    /** The other worker asks while the first one is about to commit: it waits, and finds the batch settled. */
    @Test
    void aBatchIsNotGivenAwayWhileItIsBeingSettled() throws SQLException {
        sendNumbers(2);
        Subscriber line =
                new Subscribers(database.dataSource(), STREAM, "c").whole().get(0);
        BatchFetcher first = new BatchFetcher(database.dataSource(), line, "first", Duration.ofHours(1));
        Delivery delivery = first.next(null, Duration.ZERO).orElseThrow();
        try (EngineSession settling = new EngineSession(database);
                EngineSession asking = new EngineSession(database)) {
            settling.run("begin");
            assertThat(settling.value("select howdah_stream.settle(%d, 'first', %d)"
                            .formatted(delivery.subscriber(), delivery.batchId())))
                    .isEqualTo("t");
            database.run("update howdah_stream.position set pos_lease_until = clock_timestamp() where pos_batch = "
                    + delivery.batchId());
            var asked = asking.waiting(
                    "select (batch).pos_batch from howdah_stream.deliver(%d, 'other', '1 hour')".formatted(line.no()));
            settling.run("commit");
            assertThat(asked.join()).isEqualTo("null");
        } finally {
            first.rest();
        }
    }

    private static void work(Batch batch) throws SQLException {
        for (Event event : batch.events()) {
            write(batch.connection(), event.data());
        }
    }

    private static void write(Connection connection, String data) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("insert into done values (?)")) {
            statement.setString(1, data);
            statement.executeUpdate();
        }
    }

    /** What others see of it. */
    private List<String> done() {
        return database.column("select data from done order by data");
    }
}
