package dev.howdah.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.howdah.testkit.TestDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Many sessions at once. */
class ConcurrencyTest {

    private static final int SESSIONS = 8;

    /** What the server's ticker has while it sleeps: each bucket's lock, and the one that says that it is the ticker. */
    private static final String FALL_ASLEEP =
            "select bool_and(pg_try_advisory_lock(1752131956, b)) " + "from generate_series(0, 64) b";

    private static final String WAKE_UP = "select pg_advisory_unlock_all()";

    private TestDatabase database;
    private EngineSession session;
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @BeforeEach
    void start() {
        database = TestDatabase.installed();
        session = new EngineSession(database);
    }

    @AfterEach
    void drop() {
        threads.shutdownNow();
        session.close();
        database.close();
    }

    private interface Work {
        String of(EngineSession session, int number);
    }

    /** All at the same moment, each in a session of its own. */
    private List<String> together(Work work) throws Exception {
        CyclicBarrier start = new CyclicBarrier(SESSIONS);
        List<Future<String>> results = new ArrayList<>();
        for (int i = 0; i < SESSIONS; i++) {
            int number = i;
            results.add(threads.submit(() -> {
                try (EngineSession own = new EngineSession(database)) {
                    start.await(60, TimeUnit.SECONDS);
                    return work.of(own, number);
                }
            }));
        }
        List<String> values = new ArrayList<>();
        for (Future<String> result : results) {
            values.add(result.get(120, TimeUnit.SECONDS));
        }
        return values;
    }

    private long ticksOfSentEvents(String consumer) {
        long count = 0;
        while (true) {
            String batch = session.value("select pgque.next_batch('q', '" + consumer + "')");
            if (batch.equals("null")) {
                return count;
            }
            count += session.number("select count(*) from pgque.get_batch_events(" + batch + ")");
            session.run("select pgque.finish_batch(" + batch + ")");
        }
    }

    @Test
    void queuesAreCreatedOnceHoweverManyAskAtOnce() throws Exception {
        for (int round = 0; round < 5; round++) {
            String create = "select pgque.create_queue('same" + round + "')";
            List<String> made = together((own, number) -> {
                own.run("select pgque.create_queue('own" + number + "')");
                return own.value(create);
            });
            assertThat(made.stream().filter("1"::equals)).hasSize(1);
            assertThat(made.stream().filter("0"::equals)).hasSize(SESSIONS - 1);
        }
    }

    @Test
    void consumersAreRegisteredOnceHoweverManyAskAtOnce() throws Exception {
        session.run("select pgque.create_queue('q')");
        for (int round = 0; round < 5; round++) {
            String consumer = "c" + round;
            List<String> made = together((own, number) -> {
                own.run("select pgque.send('q', 'x')");
                own.run("select pgque.register_consumer('q', '" + consumer + "_" + number + "')");
                return own.value("select pgque.register_consumer('q', '" + consumer + "')");
            });
            assertThat(made.stream().filter("1"::equals)).hasSize(1);
        }
        assertThat(session.column("select consumer_name from pgque.get_consumer_info() where last_tick is null"))
                .isEmpty();
    }

    @Test
    void whatManySendWhileManyTickRotateAndCompactArrivesOnce() throws Exception {
        session.run("select pgque.create_queue('q'), pgque.register_consumer('q', 'c')");
        session.run("select pgque.set_queue_config('q', 'rotation_period', '1 microsecond'), "
                + "pgque.set_queue_config('q', 'ticker_max_lag', '1 microsecond')");
        AtomicBoolean over = new AtomicBoolean();
        Future<List<String>> read = threads.submit(() -> {
            List<String> ids = new ArrayList<>();
            try (EngineSession own = new EngineSession(database)) {
                boolean last;
                List<String> part;
                do {
                    last = over.get();
                    part = own.column("select msg_id || ' ' || batch_id from pgque.receive('q', 'c', 50)");
                    if (!part.isEmpty()) {
                        own.run("select pgque.ack(" + part.get(0).split(" ")[1] + ")");
                    }
                    part.forEach(row -> ids.add(row.split(" ")[0]));
                } while (!last || !part.isEmpty());
            }
            return ids;
        });
        together((own, number) -> {
            for (int i = 0; i < 100; i++) {
                switch (number) {
                    case 0, 1 -> own.run("select howdah_stream.tick_round(null)");
                    case 2 -> own.run("select pgque.ticker()");
                    case 3 -> own.run("select pgque.maint()");
                    case 4 -> own.run("select howdah_stream.compact(0)");
                    default ->
                        own.run("begin; select pgque.send_batch('q', array['a', 'b']); "
                                + (i % 5 == 0 ? "rollback" : "commit"));
                }
            }
            return "";
        });
        session.run("select howdah_stream.tick_round(null)");
        over.set(true);
        List<String> ids = read.get(60, TimeUnit.SECONDS);
        assertThat(ids).doesNotHaveDuplicates().hasSize(3 * 80 * 2);
        List<String> ticks = session.column("select tick_event_seq from pgque.tick order by tick_id");
        assertThat(ticks.stream().map(Long::valueOf)).isSorted();
    }

    @Test
    void theTickerCannotFallAsleepBesideAWriter() {
        session.run("select pgque.create_queue('q')");
        try (EngineSession writer = new EngineSession(database)) {
            writer.run("begin; select pgque.send('q', 'x')");
            assertThat(session.value(FALL_ASLEEP)).isEqualTo("f");
            session.run(WAKE_UP);
            writer.run("commit");
            assertThat(session.value(FALL_ASLEEP)).isEqualTo("t");
        }
    }

    @Test
    void aSleepingTickerIsToldOnceATransactionAndAnAwakeOneNever() {
        session.run("select pgque.create_queue('q')");
        session.run("listen howdah_stream");
        try (EngineSession writer = new EngineSession(database)) {
            session.value(FALL_ASLEEP);
            writer.run("begin; select pgque.send('q', 'x'); select pgque.send('q', 'y'); commit");
            assertThat(session.notifications(Duration.ofSeconds(30))).containsExactly("q");
            session.run(WAKE_UP);
            writer.run("select pgque.send('q', 'x')");
            session.run("select 1");
            assertThat(session.notifications(Duration.ofMillis(1))).isEmpty();
        }
    }

    /** A ticker that trusts notifications alone, and never looks of its own accord. */
    @Test
    void noEventIsLeftWithoutATickOrANotification() throws Exception {
        session.run("select pgque.create_queue('q'), pgque.register_consumer('q', 'c')");
        AtomicBoolean over = new AtomicBoolean();
        Future<?> ticker = threads.submit(() -> {
            try (EngineSession own = new EngineSession(database)) {
                own.run("listen howdah_stream");
                while (!over.get()) {
                    long ticks = own.number("select howdah_stream.tick_round(null)");
                    if (ticks == 0 && own.value(FALL_ASLEEP).equals("t")) {
                        own.run("select howdah_stream.tick_round(null)"); // what was committed before the locks were
                        // had
                        while (!over.get()
                                && own.notifications(Duration.ofMillis(500)).isEmpty()) {}
                    }
                    own.run(WAKE_UP);
                }
            }
        });
        for (int round = 0; round < 10; round++) {
            int pause = round;
            together((own, number) -> {
                own.run("begin; savepoint s; select pgque.send('q', 'no'); rollback to s");
                own.run("select pgque.send('q', 'yes'), pg_sleep(" + pause * number + " * 0.0002)");
                if (number == 0) {
                    own.run("commit; select howdah_stream.rotate('q')");
                }
                own.run("commit");
                return "";
            });
            long sent = (round + 1L) * SESSIONS;
            long[] seen = {sent - SESSIONS};
            await().atMost(Duration.ofSeconds(30))
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> {
                        seen[0] += ticksOfSentEvents("c");
                        return seen[0] == sent;
                    });
        }
        over.set(true);
        ticker.get(30, TimeUnit.SECONDS);
    }

    @Test
    void whoeverHasAQueueTellsTheTickerWhenItIsFree() {
        session.run("select pgque.create_queue('q'), pgque.register_consumer('q', 'c')");
        session.run("listen howdah_stream");
        try (EngineSession rotating = new EngineSession(database)) {
            rotating.run("begin; select howdah_stream.rotate('q')");
            database.run("select pgque.send('q', 'x')");
            assertThat(session.value("select howdah_stream.tick_round(null)")).isEqualTo("0");
            rotating.run("commit");
            assertThat(session.notifications(Duration.ofSeconds(30))).contains("q");
        }
        session.run("select howdah_stream.tick_round(array['q'])");
        assertThat(ticksOfSentEvents("c")).isEqualTo(1);
    }

    @Test
    void whoWritesIntoAQueueThatIsDroppedIsTold() throws Exception {
        session.run("select pgque.create_queue('q')");
        try (EngineSession writer = new EngineSession(database);
                EngineSession late = new EngineSession(database)) {
            late.run("select pgque.send('q', 'x')");
            session.run("begin; select pgque.drop_queue('q')");
            CompletableFuture<String> sent = late.waiting("select pgque.send('q', 'x')");
            session.run("commit");
            assertThatThrownBy(() -> sent.get(30, TimeUnit.SECONDS)).hasMessageContaining("could not open relation");
            assertThatThrownBy(() -> writer.run("select pgque.send('q', 'x')"))
                    .hasMessageContaining("queue not found: q");
            session.run("select pgque.create_queue('q')");
            assertThat(late.value("select pgque.send('q', 'x')")).isEqualTo("1");
        }
    }

    @Test
    void aQueueIsDroppedBesideAConsumerThatAsksForRetries() throws Exception {
        session.run("select pgque.create_queue('q'), pgque.register_consumer('q', 'c')");
        session.run("select pgque.send('q', 'x')");
        session.run("select howdah_stream.tick_round(null)");
        try (EngineSession consumer = new EngineSession(database)) {
            consumer.run("begin");
            String batch = consumer.value("select pgque.next_batch('q', 'c')");
            CompletableFuture<String> dropped = session.waiting("select pgque.drop_queue('q', true)");
            consumer.run("select pgque.event_retry(" + batch + ", 1, 0)");
            consumer.run("commit");
            assertThat(dropped.get(60, TimeUnit.SECONDS)).isEqualTo("1");
        }
        assertThat(session.number("select count(*) from howdah_stream.position"))
                .isZero();
    }
}
