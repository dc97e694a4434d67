package dev.howdah.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.core.Transactions;
import dev.howdah.testkit.TestSession;
import java.util.List;
import org.junit.jupiter.api.Test;

class QueueVacuumTest extends QueueSqlBase {

    private final QueueVacuum vacuum = new QueueVacuum(Transactions.over(database.dataSource()), database.dataSource());

    @Test
    void theFrontOfABacklogIsVacuumed() {
        createQueue("orders");
        send(10_000);
        read(1_999);
        vacuum.doWork();
        assertThat(vacuums()).isZero();
        long before = pagesOfAReading();
        read(1);
        vacuum.doWork();
        assertThat(vacuums()).isOne();
        assertThat(pagesOfAReading()).isLessThan(before);
        vacuum.doWork();
        assertThat(vacuums()).isOne();
    }

    @Test
    void aLineThatIsSoonEmptiedIsLeftAlone() {
        createQueue("orders");
        send(4_000);
        read(3_000);
        vacuum.doWork();
        assertThat(vacuums()).isZero();
    }

    @Test
    void whatASnapshotKeepsIsNotVacuumedAgainAndAgain() {
        createQueue("orders");
        send(20_000);
        try (TestSession held = TestSession.holdingSnapshot(database)) {
            read(2_000);
            vacuum.doWork();
            read(1_000);
            vacuum.doWork();
            assertThat(vacuums()).isOne();
            read(1_000);
            vacuum.doWork();
            assertThat(vacuums()).isEqualTo(2);
            held.run("commit");
        }
        read(4_000);
        vacuum.doWork();
        assertThat(deadRows()).isZero();
    }

    @Test
    void theServerDoesIt() {
        createQueue("orders");
        try (var server = server()) {
            send(10_000);
            read(3_000);
            eventually(() -> assertThat(vacuums()).isOne());
        }
    }

    @Test
    void withoutDataThereIsNothingToDo() {
        database.run("select pgpro_queue.queue_deinitialize()");
        assertThat(vacuum.doWork()).isZero();
    }

    private void send(int count) {
        counted("select pgpro_queue_data.send_1('1', null, 0, '{}', null, null, null) from generate_series(1, " + count
                + ")");
    }

    private void read(int count) {
        assertThat(counted("select msgid from pgpro_queue_data.take_1(" + count + ", null, null, null)"))
                .hasSize(count);
    }

    /** With PostgreSQL's statistics told at once, which they would be within a second. */
    private List<String> counted(String sql) {
        try (TestSession session = new TestSession(database)) {
            List<String> rows = session.column(sql);
            session.run("select pg_stat_force_next_flush()");
            return rows;
        }
    }

    private int vacuums() {
        return Integer.parseInt(database.value(
                "select sum(pg_stat_get_vacuum_count(c.oid)) from pg_class c" + " where c.relname ~ '^segment_1_'"));
    }

    private int deadRows() {
        return Integer.parseInt(
                database.value("select pg_stat_get_dead_tuples('pgpro_queue_data.segment_1_0'::regclass)"));
    }

    /** Of the index: so many pages are walked until the first message comes. */
    private long pagesOfAReading() {
        return Long.parseLong(database
                .column("explain (analyze, buffers, costs off, timing off, summary off)"
                        + " select from pgpro_queue_data.segment_1_0 order by priority, msgid limit 1")
                .stream()
                .filter(line -> line.contains("Buffers:"))
                .findFirst()
                .orElseThrow()
                .replaceAll("\\D+", " ")
                .trim()
                .split(" ")[0]);
    }
}
