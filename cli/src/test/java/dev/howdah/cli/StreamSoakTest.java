package dev.howdah.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.howdah.Howdah;
import dev.howdah.stream.NewEvent;
import dev.howdah.stream.StreamSender;
import dev.howdah.stream.StreamSettings;
import dev.howdah.testkit.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Streams under everything at once: 2,000 events a second, three consumers that are processes, transactions that hold a
 * snapshot and a transaction id all the time, and the server and the consumers killed in turn.
 */
class StreamSoakTest {

    private static final String STREAM = "soak";
    private static final int CONSUMERS = 3;
    private static final int A_SECOND = 2_000;
    private static final int AT_ONCE = 20;
    private static final Duration SHORTLY = Duration.ofMillis(100);
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @AutoClose
    final TestDatabase database = TestDatabase.installed();

    @AutoClose
    final Howdah howdah = Howdah.over(database.dataSource());

    @TempDir
    Path outputs;

    private long largest;
    private String current = "0";
    private volatile int rotations;
    private volatile int kills;
    private HowdahProcess server;

    @Test
    void fifteenSeconds() throws Exception {
        soak(Duration.ofSeconds(15), Duration.ofSeconds(2), Duration.ofSeconds(3));
    }

    /** {@code -DargLine=-Dhowdah.long=true}: a quarter of an hour. */
    @Test
    @EnabledIfSystemProperty(named = "howdah.long", matches = "true")
    void tenMinutes() throws Exception {
        soak(Duration.ofMinutes(10), Duration.ofSeconds(10), Duration.ofSeconds(15));
    }

    /** @param turn how long the server and the consumers are left alone between two kills */
    private void soak(Duration time, Duration rotation, Duration turn) throws Exception {
        howdah.streams().create(STREAM);
        howdah.streams().configure(STREAM, StreamSettings.none().rotationPeriod(rotation));
        List<SoakConsumer> consumers = IntStream.range(0, CONSUMERS)
                .mapToObj(i -> new SoakConsumer("c" + i, database.address().url(), outputs))
                .toList();
        consumers.forEach(consumer -> howdah.streams().subscribe(STREAM, consumer.name()));
        ExecutorService sending = Executors.newSingleThreadExecutor();
        try (Connection heldSnapshot = held("select pg_current_snapshot()");
                Connection heldXid = held("select pg_current_xact_id()")) {
            consumers.forEach(SoakConsumer::start);
            server = serve();
            int wanted = (int) (time.toSeconds() / rotation.toSeconds() / 20) + 1;
            Future<Integer> sent = sending.submit(() -> {
                try (Connection connection = database.dataSource().getConnection()) {
                    return send(connection, time, wanted);
                }
            });
            for (int i = 0; !sent.isDone(); i++) {
                check(consumers);
                watch(turn, sent);
                if (i % 4 == 3) {
                    consumers.get(i / 4 % CONSUMERS).killAndStart();
                } else if (i % 2 == 1) {
                    server.kill();
                    server = serve();
                } else {
                    continue;
                }
                kills++;
            }
            long bound = largest;
            await().atMost(PATIENCE).pollInterval(SHORTLY).until(() -> {
                check(consumers);
                return allIsRead();
            });
            await().atMost(PATIENCE).pollInterval(SHORTLY).untilAsserted(() -> {
                check(consumers);
                assertThat(size()).isLessThan(2_000_000);
            });
            consumers.forEach(SoakConsumer::stop);
            server.terminate();
            heldSnapshot.rollback();
            heldXid.rollback();

            System.out.printf(
                    "soak: sent %,d in %d s; %d kills, %d rotations; event tables at most %,d bytes, %,d at the end%n",
                    sent.get(), time.toSeconds(), kills, rotations, bound, size());
            for (SoakConsumer consumer : consumers) {
                SoakConsumer.Got got = consumer.got();
                System.out.printf("soak: %s got %,d, %,d of them again%n", consumer.name(), got.lines(), got.again());
                assertThat(got.numbers()).as(consumer.name()).isEqualTo(firstOnes(sent.get()));
                assertThat(got.again()).as("what a kill interrupts comes again").isLessThan(10_000 * (kills + 1));
            }
            assertThat(rotations).isGreaterThanOrEqualTo(wanted);
            assertThat(kills).isGreaterThan(1);
        } finally {
            sending.shutdownNow();
            consumers.forEach(SoakConsumer::close);
            if (server != null) {
                server.close();
            }
        }
    }

    /**
     * Events that carry the numbers from 0 on, so many a second if the machine can: for a time, and until enough has
     * happened meanwhile.
     *
     * @return how many
     */
    private int send(Connection connection, Duration time, int rotationsWanted) {
        StreamSender sender = howdah.streams().sender(STREAM);
        long start = System.nanoTime();
        int sent = 0;
        while (System.nanoTime() - start < time.toNanos()
                || (rotations < rotationsWanted || kills < 2)
                        && System.nanoTime() - start < time.plus(PATIENCE).toNanos()) {
            List<NewEvent> events = new ArrayList<>();
            for (int i = 0; i < AT_ONCE; i++) {
                events.add(NewEvent.of(Integer.toString(sent + i)));
            }
            sender.sendAll(connection, events);
            sent += AT_ONCE;
            LockSupport.parkNanos(start + sent * 1_000_000_000L / A_SECOND - System.nanoTime());
        }
        return sent;
    }

    /** Whoever did not reach a busy database in time is started again, as a supervisor does. */
    private void check(List<SoakConsumer> consumers) {
        consumers.forEach(SoakConsumer::check);
        if (!server.isAlive()) {
            assertThat(server.exitCode()).as(server.err()).isEqualTo(ExitCode.UNAVAILABLE);
            server = serve();
        }
    }

    /** Sees how large the event tables get, and that they rotate. */
    private void watch(Duration turn, Future<?> sent) {
        long end = System.nanoTime() + turn.toNanos();
        while (System.nanoTime() < end && !sent.isDone()) {
            LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
            largest = Math.max(largest, size());
            String now = currentTable();
            if (!now.equals(current)) {
                rotations++;
                current = now;
            }
        }
    }

    private boolean allIsRead() {
        return database.value("""
                        select bool_and(sub_batch is null
                                        and tick_event_seq = (select last_value from pgque.event_1_id_seq))
                          from pgque.subscription join pgque.tick on tick_queue = sub_queue and tick_id = sub_last_tick""").equals("t");
    }

    private String currentTable() {
        return database.value("select queue_cur_table from pgque.queue");
    }

    private long size() {
        return Long.parseLong(database.value("select sum(pg_total_relation_size(inhrelid)) from pg_inherits"));
    }

    private Connection held(String sql) throws SQLException {
        Connection connection = database.dataSource().getConnection();
        connection.setAutoCommit(false);
        connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
        return connection;
    }

    private HowdahProcess serve() {
        return HowdahProcess.start("serve", "--db", database.address().url(), "--http-port", "0");
    }

    private static BitSet firstOnes(int count) {
        BitSet numbers = new BitSet(count);
        numbers.set(0, count);
        return numbers;
    }
}
