package dev.howdah.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.testkit.TestDatabase;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Workers that come and die while events come: each key's events are done in order, each once. */
class SlotsRaceTest {

    private static final int EVENTS = 400;
    private static final int SLOTS = 3;

    @AutoClose
    private static final TestDatabase DATABASE = TestDatabase.installed();

    private final StreamQueue queue = StreamQueue.create(DATABASE);

    @Test
    void eachKeysEventsAreDoneInOrderWhoeverDies() throws Exception {
        queue.run("create table handled (nr int generated always as identity, key text, payload int)");
        queue.run("select pgque.subscribe_slot({q}, 'c', k, %d) from generate_series(0, %d) k"
                .formatted(SLOTS, SLOTS - 1));
        ExecutorService threads = Executors.newFixedThreadPool(5);
        try {
            List<Future<?>> all = new ArrayList<>();
            all.add(threads.submit(() -> {
                for (int i = 0; i < EVENTS; i += 20) {
                    queue.run("""
                            select pgque.send({q}, 't', i::text, 'key' || i %% 12) from generate_series(%d, %d) i""".formatted(i + 1, i + 20));
                    queue.tick();
                }
            }));
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            for (int w = 0; w < 4; w++) {
                Random random = new Random(w);
                String worker = "w" + w;
                all.add(threads.submit(() -> {
                    while (handled() < EVENTS && System.nanoTime() < end) {
                        work(worker, random);
                    }
                    return null;
                }));
            }
            for (Future<?> one : all) {
                one.get(120, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(queue.value("select count(*) || ' ' || count(distinct payload) from handled"))
                .isEqualTo(EVENTS + " " + EVENTS);
        assertThat(queue.column("""
                select key || ': ' || payload
                  from (select key, payload, lag(payload) over (partition by key order by nr) as before from handled) h
                 where payload < before""")).as("done before an older one of its key").isEmpty();
    }

    private int handled() {
        return Integer.parseInt(queue.value("select count(*) from handled"));
    }

    private void work(String worker, Random random) throws SQLException {
        try (StreamSession session = queue.session()) {
            for (int i = 0; i < 10; i++) {
                String slot = "{q}, 'c', " + random.nextInt(SLOTS);
                String epoch = session.column("select pgque.claim_slot(%s, '%s', '200 ms')".formatted(slot, worker))
                        .get(0);
                session.commit();
                if (epoch.equals("null")) {
                    continue;
                }
                String held = slot + ", " + SLOTS + ", '" + worker + "'";
                try {
                    session.column(
                            "select 1 from pgque.receive_partitioned(%s, %d)".formatted(held, 1 + random.nextInt(9)));
                    session.commit();
                    // what is handled here is what the ack is for: the slot's open batch, or an error if it is not held
                    session.column("""
                            with held as materialized (
                                select key, payload from pgque.receive_partitioned(%s, %d) m(msg_id, batch_id, type, payload,
                                       retry_count, created_at, key) order by msg_id)
                            insert into handled (key, payload) select key, payload::int from held returning 1""".formatted(held, 1 + random.nextInt(9)));
                    session.column("select pgque.ack_partitioned(%s)".formatted(held));
                } catch (SQLException e) {
                    // a slow machine: the lease has run out, and perhaps somebody else has the slot
                    assertThat(e.getMessage()).contains("does not hold slot");
                    session.rollback();
                    continue;
                }
                if (random.nextInt(6) == 0) {
                    session.crash();
                    return;
                }
                session.commit();
                if (random.nextBoolean()) {
                    session.column("select pgque.release_slot(%s, '%s')".formatted(slot, worker));
                    session.commit();
                }
            }
        }
    }
}
