package dev.howdah.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.howdah.testkit.TestDatabase;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Members that ask at the same moment, and members that die at any. */
class CooperativeRaceTest {

    @AutoClose
    private static final TestDatabase DATABASE = TestDatabase.installed();

    private final StreamQueue queue = StreamQueue.create(DATABASE);

    private static String receive(String member, String more) {
        return "select payload from pgque.receive_coop({q}, 'c', '%s', %s)".formatted(member, more);
    }

    private void register(String... members) {
        for (String member : members) {
            queue.run("select pgque.register_subconsumer({q}, 'c', '%s')".formatted(member));
        }
    }

    @Test
    void twoAtOnceNeverGetTheSameEvents() throws Exception {
        register("a", "b");
        queue.sendNumbers(4);
        try (StreamSession a = queue.session();
                StreamSession b = queue.session()) {
            assertThat(a.column(receive("a", "2"))).containsExactly("1", "2");
            CompletableFuture<List<String>> second = b.columnLater(receive("b", "9"));
            b.awaitBlocked();
            a.commit();
            assertThat(second.get(60, TimeUnit.SECONDS)).containsExactly("3", "4");
        }
    }

    @Test
    void whatACrashedSessionWasGivenIsGivenToTheNext() throws Exception {
        register("a", "b");
        queue.sendNumbers(2);
        try (StreamSession a = queue.session();
                StreamSession b = queue.session()) {
            assertThat(a.column(receive("a", "2"))).containsExactly("1", "2");
            CompletableFuture<List<String>> second = b.columnLater(receive("b", "2"));
            b.awaitBlocked();
            a.crash();
            assertThat(second.get(60, TimeUnit.SECONDS)).containsExactly("1", "2");
        }
    }

    @Test
    void oneOfTwoTakesADeadMembersBatchOver() throws Exception {
        register("a", "b", "d");
        queue.sendNumbers(2);
        queue.column(receive("a", "2"));
        try (StreamSession b = queue.session();
                StreamSession d = queue.session()) {
            assertThat(b.column(receive("b", "2, '0 s'"))).containsExactly("1", "2");
            assertThat(d.column(receive("d", "2, '0 s'"))).isEmpty();
            d.commit();
            b.rollback();
            assertThat(d.column(receive("d", "2, '0 s'"))).containsExactly("1", "2");
        }
    }

    @Test
    void aMemberThatIsJustFinishingIsNotTakenOver() throws Exception {
        register("a", "b");
        queue.sendNumbers(2);
        queue.column(receive("a", "2"));
        try (StreamSession a = queue.session()) {
            assertThat(a.column("select pgque.ack(pgque.next_batch({q}, 'c', 'a'))"))
                    .containsExactly("1");
            assertThat(queue.column(receive("b", "2, '0 s'"))).isEmpty();
            a.commit();
        }
        assertThat(queue.column(receive("b", "2, '0 s'"))).isEmpty();
    }

    @Test
    void aConsumerThatBecomesCooperativeMeanwhileGivesNoBatchOfItsOwn() throws Exception {
        queue.run("select pgque.register_consumer({q}, 'c')");
        queue.sendNumbers(1);
        try (StreamSession a = queue.session();
                StreamSession normal = queue.session()) {
            a.column("select pgque.register_subconsumer({q}, 'c', 'a', true)");
            CompletableFuture<List<String>> batch = normal.columnLater("select pgque.next_batch({q}, 'c')");
            normal.awaitBlocked();
            a.commit();
            assertThatThrownBy(() -> batch.get(60, TimeUnit.SECONDS))
                    .hasMessageContaining("made cooperative by another session");
        }
        assertThat(queue.column(receive("a", "9"))).containsExactly("1");
    }

    @Test
    void manyMayRegisterTheSameMemberAtOnce() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(6);
        try {
            List<Future<String>> registered = new ArrayList<>();
            for (int i = 0; i < 24; i++) {
                String member = "m" + i % 4;
                registered.add(threads.submit(
                        () -> queue.value("select pgque.register_subconsumer({q}, 'c', '%s')".formatted(member))));
            }
            int made = 0;
            for (Future<String> one : registered) {
                made += Integer.parseInt(one.get(60, TimeUnit.SECONDS));
            }
            assertThat(made).isEqualTo(4);
        } finally {
            threads.shutdownNow();
        }
    }

    /** Each event is handled in the transaction of its ack, so it is counted once, whoever was given it how often. */
    @Test
    void eachEventIsDoneOnceWhoeverDies() throws Exception {
        int events = 800;
        int members = 5;
        queue.run("select pgque.set_queue_config({q}, 'batch_max_count', '60')");
        queue.run("select pgque.set_queue_config({q}, 'rotation_period', '1 microsecond')");
        queue.run("create table handled (payload text)");
        register("m0", "m1", "m2", "m3", "m4");
        ExecutorService threads = Executors.newFixedThreadPool(members + 1);
        try {
            List<Future<?>> all = new ArrayList<>();
            all.add(threads.submit(() -> {
                for (int i = 0; i < events; i += 50) {
                    queue.run("select pgque.send_batch({q}, array(select i::text from generate_series(%d, %d) i))"
                            .formatted(i + 1, i + 50));
                    queue.tick();
                    queue.run("select pgque.maint_rotate_tables_step1({q})");
                    queue.run("select pgque.maint_retry_events()");
                    queue.run("select howdah_stream.compact(0)");
                }
            }));
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            for (int m = 0; m < members; m++) {
                String member = "m" + m;
                Random random = new Random(m);
                all.add(threads.submit(() -> {
                    while (handled() < events && System.nanoTime() < end) {
                        work(member, random);
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
        assertThat(queue.value(
                        "select count(*) || ' ' || count(distinct payload) || ' ' || max(payload::int) from handled"))
                .isEqualTo("%d %d %d".formatted(events, events, events));
    }

    private int handled() {
        return Integer.parseInt(queue.value("select count(*) from handled"));
    }

    private void work(String member, Random random) throws SQLException {
        try (StreamSession session = queue.session()) {
            for (int i = 0; i < 10; i++) {
                // one in three takes over what any other one has
                String dead = random.nextInt(3) == 0 ? ", '0 s'" : "";
                List<String> batches = session.column("select batch_id from pgque.receive_coop({q}, 'c', '%s', %d%s)"
                        .formatted(member, 1 + random.nextInt(40), dead));
                if (batches.isEmpty()) {
                    session.commit();
                    queue.tick();
                    queue.run("update pgque.retry_queue set ev_retry_after = now()");
                    queue.run("select pgque.maint_retry_events()");
                    continue;
                }
                if (random.nextBoolean()) {
                    session.commit(); // received in one transaction, done in another
                }
                int fate = random.nextInt(10);
                if (fate == 0) {
                    session.crash();
                    return;
                } else if (fate == 1) {
                    session.rollback();
                } else {
                    settle(session, batches.get(0), fate == 2);
                    session.commit();
                }
            }
        }
    }

    private static void settle(StreamSession session, String batch, boolean retry) throws SQLException {
        List<String> open =
                session.column("select 1 from howdah_stream.lock_batch(%s) where pos_sub is not null".formatted(batch));
        if (open.isEmpty()) {
            return; // somebody has taken it over
        }
        if (retry) {
            session.column("select pgque.batch_retry(%s, 0)".formatted(batch));
        } else {
            session.column("""
                    with done as (select ev_data from pgque.get_batch_events(%s))
                    insert into handled select ev_data from done returning 1""".formatted(batch));
        }
        assertThat(session.column("select pgque.ack(%s)".formatted(batch))).containsExactly("1");
    }
}
