package dev.howdah.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.testkit.TestSession;
import org.junit.jupiter.api.Test;

/** What a held snapshot, a reader who takes his time, or a dump must not do: let the line grow that others have to walk. */
class HeldSnapshotTest extends QueueSqlBase {

    /** Some 700 messages a segment. */
    private static final String BODY = "{\"text\": \"" + "x".repeat(700) + "\"}";

    @Test
    void theLineStaysShortUnderAHeldSnapshot() {
        createQueue("orders");
        try (TestSession held = TestSession.holdingSnapshot(database)) {
            for (int round = 0; round < 12; round++) {
                sendAndReadAll(700);
                keep();
                keep();
            }
            assertThat(deadRowsInLine()).isLessThan(1_000);
            assertThat(segments()).isEqualTo(3);
            assertThat(held.value("select count(*) from pg_class")).isNotEqualTo("0");
        }
    }

    @Test
    void whoReadsForLongKeepsHisSegmentAndNoOther() {
        createQueue("orders", "queue_retry_delay => 0");
        try (TestSession held = TestSession.holdingSnapshot(database);
                QueueSession slow = new QueueSession(database)) {
            send("orders", "\"slow\"");
            slow.run("begin");
            try (QueueSession keeper = asIfServed()) {
                assertThat(slow.read("orders")).isEqualTo("\"slow\"");
                assertThat(keeper.value("select 1")).isEqualTo("1");
            }
            for (int round = 0; round < 8; round++) {
                sendAndReadAll(700);
                keep();
                keep();
            }
            assertThat(deadRowsInLine()).isLessThan(1_000);
            assertThat(segments()).isBetween(3, 4);
            slow.run("rollback");
            keep();
            keep();
            assertThat(read("orders")).isEqualTo("\"slow\"");
            assertThat(held.value("select 1")).isEqualTo("1");
        }
    }

    /** As pg_dump does. */
    @Test
    void whoHasLockedEverythingForReadingStallsNobody() {
        createQueue("orders");
        try (TestSession dump = TestSession.holdingSnapshot(database)) {
            dump.run("lock table pgpro_queue_data.queue_orders in access share mode");
            database.run("alter role current_user in database "
                    + database.address().database() + " set lock_timeout = '5s'");
            for (int round = 0; round < 8; round++) {
                sendAndReadAll(700);
                keep();
                keep();
            }
            assertThat(deadRowsInLine()).isLessThan(1_000);
            assertThat(segments()).isBetween(4, 8); // those that are new are not the dump's
            dump.run("commit");
        }
        keep();
        assertThat(database.value("select pg_relation_size('pgpro_queue_data.segment_1_1')"))
                .isEqualTo("0");
    }

    @Test
    void aMessageFromALateWriterIsFound() {
        createQueue("orders");
        try (QueueSession late = new QueueSession(database);
                var server = server()) {
            late.run("begin").run("call pgpro_queue.insert_message('orders', '\"late\"')");
            database.run("select pgpro_queue_data.send_1('" + BODY
                    + "', null, 0, '{}', null, null, null) from generate_series(1, 1000)");
            eventually(() -> assertThat(database.value("select howdah_queue.line_state(1) & 255"))
                    .isNotEqualTo("0"));
            assertThat(database.column("select msgid from pgpro_queue_data.take_1(2000, null, null, null)"))
                    .hasSize(1000);
            eventually(() -> assertThat(database.value("select howdah_queue.line_state(1) & 256"))
                    .isEqualTo("0")); // closed
            late.run("commit");
            eventually(() -> assertThat(read("orders")).isEqualTo("\"late\""));
        }
    }

    @Test
    void theSegmentOfALongCopyStaysOpenUntilItsEnd() {
        createQueue("orders");
        try (QueueSession late = new QueueSession(database)) {
            late.run("begin");
            String segment = late.value("select segment from howdah_queue.copy_target('orders')");
            late.run("insert into " + segment + " (body, retries, retrydelay) values ('\"late\"', 1, 1)");
            for (int round = 0; round < 3; round++) {
                sendAndReadAll(700);
                keep();
            }
            late.run("commit");
            try (QueueSession keeper = asIfServed()) {
                assertThat(read("orders")).isEqualTo("\"late\"");
                keeper.run("commit");
            }
        }
    }

    private void sendAndReadAll(int count) {
        database.run("select pgpro_queue_data.send_1('" + BODY
                + "', null, 0, '{}', null, null, null) from generate_series(1, " + count + ")");
        try (QueueSession keeper = asIfServed()) {
            assertThat(database.column("select msgid from pgpro_queue_data.take_1(10000, null, null, null)"))
                    .hasSize(count);
            keeper.run("commit");
        }
    }

    /** Readers leave to a server what is its own. */
    private QueueSession asIfServed() {
        return new QueueSession(database)
                .run("begin")
                .run("select pg_advisory_xact_lock(hashtextextended('howdah duty queue-keeper', 0))");
    }

    /** At most: in the segments that readers walk, by their size. */
    private long deadRowsInLine() {
        return Long.parseLong(database.value("""
                select sum(pg_relation_size(howdah_queue.segment_name(1, nr)::regclass))::bigint / 750
                  from generate_series(0, (select queue_segments - 1 from pgpro_queue_data.queues)) nr
                 where howdah_queue.line_state(1) & (256::bigint << nr) <> 0"""));
    }

    private int segments() {
        return Integer.parseInt(database.value("select queue_segments from pgpro_queue_data.queues"));
    }
}
