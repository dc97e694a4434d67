package dev.howdah.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.testkit.TestDatabase;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How a window is divided whose events a transaction wrote that ticks passed over: their ids are older than the window. */
class BatchLimitTest {

    private static final String NEXT_BATCH = "select pgque.next_batch('q', 'c')";

    @AutoClose
    final TestDatabase database = TestDatabase.installed();

    @AutoClose
    final EngineSession session = new EngineSession(database);

    @AutoClose
    final EngineSession writer = new EngineSession(database);

    @BeforeEach
    void createQueue() {
        session.run("select pgque.create_queue('q')");
        session.run("select pgque.register_consumer('q', 'c')");
        session.run("select pgque.set_queue_config('q', 'batch_max_count', '1000')");
    }

    private void send(EngineSession by, int events) {
        by.run("select pgque.send_batch('q', array_fill('x'::text, array[" + events + "]))");
    }

    private void tick() {
        session.run("select howdah_stream.tick_round(null)");
    }

    /** Reads all there is: how many events each batch has. */
    private List<Long> read() {
        List<Long> sizes = new ArrayList<>();
        for (String batch = session.value(NEXT_BATCH); !batch.equals("null"); batch = session.value(NEXT_BATCH)) {
            sizes.add(session.number("select count(*) from pgque.get_batch_events(" + batch + ")"));
            session.run("select pgque.finish_batch(" + batch + ")");
        }
        return sizes;
    }

    @Test
    void aLoadThatTicksPassedOverIsReadInFullBatchesEachForThePriceOfAPart() {
        writer.run("begin");
        for (int i = 0; i < 30; i++) {
            send(writer, 1_000);
            send(session, 1);
            tick();
        }
        assertThat(read()).hasSize(30).containsOnly(1L);
        writer.run("commit");
        tick();
        session.run("select howdah_stream.index_ids(1, 1)");
        assertThat(session.pages(NEXT_BATCH)).isLessThan(200);
        session.run("select pgque.finish_batch(pgque.next_batch('q', 'c'))");
        assertThat(session.pages(NEXT_BATCH)).isLessThan(200);
        assertThat(read().stream().mapToLong(Long::longValue).sum()).isBetween(28_990L, 29_000L);
    }

    @Test
    void eventsWithManyIdsBetweenThemLeaveNoBatchEmpty() {
        writer.run("begin");
        send(writer, 1);
        for (int i = 0; i < 120; i++) {
            send(session, 500);
            tick();
        }
        assertThat(read().stream().mapToLong(Long::longValue).sum()).isEqualTo(60_000);
        writer.run("commit");
        send(session, 1_500);
        tick();
        assertThat(read()).containsExactly(1L, 1_000L, 500L);
    }
}
