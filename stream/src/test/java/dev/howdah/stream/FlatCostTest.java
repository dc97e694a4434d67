package dev.howdah.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.testkit.TestDatabase;
import dev.howdah.testkit.TestSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** A cycle of next_batch and finish_batch costs the same after any number of them, whoever holds a snapshot. */
class FlatCostTest {

    private static final String CYCLE = "select pgque.finish_batch(pgque.next_batch('q', 'c'))";

    private TestDatabase database;
    private EngineSession session;
    private TestSession holder;

    @BeforeEach
    void aQueueBesideAHeldSnapshot() {
        database = TestDatabase.installed();
        session = new EngineSession(database);
        session.run("select pgque.create_queue('q'), pgque.register_consumer('q', 'c')");
        holder = TestSession.holdingSnapshot(database);
        holder.run("select pg_current_xact_id()");
    }

    @AfterEach
    void drop() {
        holder.close();
        session.close();
        database.close();
    }

    private void sendAndTick() {
        session.run("select pgque.send('q', 'x')");
        session.run("select howdah_stream.tick_round(null)");
    }

    private void cycles(int count) {
        for (int i = 0; i < count; i++) {
            sendAndTick();
            session.run(CYCLE);
        }
    }

    /** The least of some, so that a page split or a plan made anew is not what is measured. */
    private long pagesOfACycle() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 10; i++) {
            sendAndTick();
            least = Math.min(least, session.pages(CYCLE));
        }
        return least;
    }

    private long pagesOfATick() {
        session.run("select pgque.send('q', 'x')");
        long pages = session.pages("select howdah_stream.tick_round(null)");
        session.run(CYCLE);
        return pages;
    }

    private long stored(String table) {
        return session.number("select pg_total_relation_size('" + table + "')");
    }

    @Test
    void cyclesTouchAsManyPagesAfterThousandsAsAtFirst() {
        cycles(100);
        long first = pagesOfACycle();
        long firstTick = pagesOfATick();
        cycles(1500);
        assertThat(pagesOfACycle()).isLessThanOrEqualTo(first * 3 / 2); // the indexes have grown a level
        assertThat(pagesOfATick()).isLessThanOrEqualTo(firstTick * 3 / 2);
    }

    @Test
    void compactionBoundsWhatIsStoredThoughTheSnapshotIsHeld() {
        for (int i = 0; i < 10; i++) {
            cycles(100);
            assertThat(session.number("select howdah_stream.compact(1)")).isGreaterThanOrEqualTo(2);
            assertThat(stored("howdah_stream.position")).isLessThan(100_000);
            assertThat(stored("pgque.tick")).isLessThan(200_000);
        }
        sendAndTick();
        assertThat(session.value(CYCLE)).isEqualTo("1");
        assertThat(session.value("select pgque.next_batch('q', 'c')")).isEqualTo("null");
    }

    /** -DargLine=-Dhowdah.long=true: a few minutes. Times are printed, for a machine that has nothing else to do. */
    @Test
    @EnabledIfSystemProperty(named = "howdah.long", matches = "true")
    void fiftyThousandCyclesTouchAsManyPagesAtTheEnd() {
        session.run("select pgque.set_queue_config('q', 'rotation_period', '10 seconds')");
        long[] pages = new long[10];
        for (int part = 0; part < pages.length; part++) {
            long nanos = 0;
            for (int i = 0; i < 5000; i++) {
                sendAndTick();
                long start = System.nanoTime();
                session.run(CYCLE);
                nanos += System.nanoTime() - start;
                if (i % 500 == 0) {
                    session.run("select pgque.maint()");
                }
            }
            pages[part] = pagesOfACycle();
            System.out.printf(
                    "cycles to %,d: %.3f ms each, %d pages; positions %,d bytes, ticks %,d, events %,d%n",
                    (part + 1) * 5000,
                    nanos / 1e6 / 5000,
                    pages[part],
                    stored("howdah_stream.position"),
                    stored("pgque.tick"),
                    session.number("select sum(pg_total_relation_size(inhrelid)) from pg_inherits"));
        }
        assertThat(pages[9]).isLessThanOrEqualTo(pages[0] * 3 / 2);
    }
}
