package dev.howdah.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.howdah.testkit.TestDatabase;
import dev.howdah.testkit.TestSession;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tables rotate whoever has a transaction open; what a consumer has not read yet, and that alone, holds its table back. */
class RotationTest {

    private TestDatabase database;
    private EngineSession session;

    @BeforeEach
    void aQueueThatRotatesAtOnce() {
        database = TestDatabase.installed();
        session = new EngineSession(database);
        session.run("select pgque.create_queue('q'), pgque.register_consumer('q', 'c')");
        session.run("select pgque.set_queue_config('q', 'rotation_period', '1 microsecond')");
    }

    @AfterEach
    void drop() {
        session.close();
        database.close();
    }

    private void rotate() {
        session.run("select howdah_stream.rotate('q')");
    }

    private void send(int count) {
        session.run("select pgque.send_batch('q', array_fill(repeat('x', 200), array[" + count + "]))");
    }

    private void tick() {
        session.run("select howdah_stream.tick_round(null)");
    }

    /** Reads all there is: how many. */
    private int consume(String consumer) {
        int count = 0;
        while (true) {
            String batch = session.value("select pgque.next_batch('q', '" + consumer + "')");
            if (batch.equals("null")) {
                return count;
            }
            count += session.number("select count(*) from pgque.get_batch_events(" + batch + ")");
            session.run("select pgque.finish_batch(" + batch + ")");
        }
    }

    private long stored() {
        return session.number("select count(*) from pgque.event_1");
    }

    private int currentTable() {
        return (int) session.number("select queue_cur_table from pgque.queue");
    }

    private void roundsStayBounded() {
        int switches = 0;
        for (int round = 0; round < 12; round++) {
            int before = currentTable();
            send(1000);
            tick();
            assertThat(consume("c")).isEqualTo(1000);
            rotate();
            consume("c");
            rotate();
            switches += currentTable() == before ? 0 : 1;
            assertThat(stored()).isLessThanOrEqualTo(3000);
        }
        assertThat(switches).isGreaterThanOrEqualTo(6);
        assertThat(session.number("select sum(pg_total_relation_size(inhrelid)) from pg_inherits "
                        + "where inhparent = 'pgque.event_1'::regclass"))
                .isLessThan(3_000_000);
    }

    @Test
    void rotationGoesOnBesideAnOpenTransactionAndAHeldSnapshot() {
        try (TestDatabase other = TestDatabase.empty();
                EngineSession elsewhere = new EngineSession(other);
                EngineSession here = new EngineSession(database);
                TestSession snapshot = TestSession.holdingSnapshot(database)) {
            elsewhere.run("begin; select pg_current_xact_id()");
            here.run("begin; select pg_current_xact_id()");
            roundsStayBounded();
            elsewhere.run("commit");
            here.run("commit");
            snapshot.run("commit");
        }
    }

    @Test
    void aWriterHoldsOnlyTheTableThatItHasWrittenInto() {
        try (EngineSession writer = new EngineSession(database)) {
            writer.run("begin; select pgque.send('q', 'late')");
            roundsStayBounded();
            writer.run("commit");
            tick();
            assertThat(consume("c")).isEqualTo(1);
            rotate();
            consume("c");
            rotate();
            assertThat(session.number("select count(*) from pgque.event_1_0")).isZero();
        }
    }

    @Test
    void aPreparedTransactionsEventArrivesHoweverLate() {
        session.run("begin; select pgque.send('q', 'prepared'); prepare transaction 'held'");
        roundsStayBounded();
        session.run("commit prepared 'held'");
        tick();
        assertThat(consume("c")).isEqualTo(1);
    }

    @Test
    void anUnreadEventHoldsItsTableUntilItIsRead() {
        session.run("select pgque.register_consumer('q', 'slow')");
        for (int round = 0; round < 8; round++) {
            send(10);
            tick();
            consume("c");
            rotate();
        }
        assertThat(stored()).isEqualTo(80);
        assertThat(consume("slow")).isEqualTo(80);
        for (int step = 0; step < 4; step++) {
            rotate();
            consume("slow");
            consume("c");
        }
        assertThat(stored()).isZero();
    }

    @Test
    void consumersPassASealedTableThoughNothingMoreComes() {
        send(10);
        tick();
        consume("c");
        rotate();
        rotate();
        assertThat(consume("c")).isZero();
        rotate();
        assertThat(stored()).isZero();
    }

    /** Its own locks don't keep a transaction from sealing what it has written itself. */
    @Test
    void whatIsSentAndRotatedInOneTransactionIsNotLost() {
        for (int round = 0; round < 4; round++) {
            session.run("begin");
            send(5);
            try (EngineSession between = new EngineSession(database)) {
                between.run("select pg_current_xact_id()");
            }
            rotate();
            rotate();
            rotate();
            session.run("commit");
            tick();
            assertThat(consume("c")).as("round %s", round).isEqualTo(5);
        }
    }

    @Test
    void whoChoseItsTableLongAgoCopiesIntoTheNextOne() {
        String table = session.value("select pgque.current_event_table('q')");
        rotate();
        rotate();
        assertThat(session.value("select pgque.current_event_table('q')")).isNotEqualTo(table);
        session.run("insert into " + table + " (ev_type, ev_data) select 't', 'copied' from generate_series(1, 10)");
        assertThat(session.number("select count(*) from " + table)).isZero();
        tick();
        assertThat(consume("c")).isEqualTo(10);
    }

    /** A truncated table of positions is empty for who waited for it with an older snapshot. */
    @Test
    void rotationBesideACompactionTruncatesNothingUnread() throws Exception {
        send(10);
        tick();
        rotate();
        rotate();
        tick();
        try (EngineSession compacting = new EngineSession(database)) {
            compacting.run("begin; select howdah_stream.compact(0)");
            CompletableFuture<String> rotated = session.waiting("select howdah_stream.rotate('q')");
            compacting.run("commit");
            rotated.get(30, TimeUnit.SECONDS);
        }
        assertThat(consume("c")).isEqualTo(10);
    }

    @Test
    void anOldSnapshotRotatesCompactsAndTicksNothing() {
        session.run("begin isolation level repeatable read; select 1");
        session.run("savepoint s");
        for (String call :
                new String[] {"howdah_stream.rotate('q')", "howdah_stream.compact(0)", "pgque.ticker('q')"}) {
            assertThatThrownBy(() -> session.run("select " + call)).hasMessageContaining("use READ COMMITTED");
            session.run("rollback to s");
        }
        session.run("rollback");
    }

    @Test
    void maintenancePassesOverAQueueThatSomebodyElseHas() {
        session.run("select pgque.create_queue('r'), pgque.set_queue_config('r', 'rotation_period', '1 microsecond')");
        try (EngineSession registering = new EngineSession(database)) {
            registering.run("begin; select pgque.register_consumer('q', 'd')");
            session.run("set lock_timeout = '20s'");
            session.run("select pgque.maint()");
            registering.run("commit");
        }
        assertThat(session.column("select queue_cur_table from pgque.queue order by queue_name"))
                .containsExactly("0", "1");
    }
}
