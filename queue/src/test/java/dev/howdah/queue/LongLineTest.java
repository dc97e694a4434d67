package dev.howdah.queue;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** A line that is too long to be looked through in each of the keeper's rounds. */
class LongLineTest extends QueueSqlBase {

    private static final int PAGES_A_TURN = 500;

    @Test
    void failedReadingsCountAtTheFrontAtOnceAndBehindInTheirTurn() {
        createQueue("orders");
        database.run("select pgpro_queue_data.send_1(to_jsonb(repeat('x', 700)), null, 0, '{}', null, null, null)"
                + " from generate_series(1, 12500)");
        database.run("call pgpro_queue.insert_message('orders', '\"last\"', q_msg_properties => '{\"rare\": true}')");
        long turns = Long.parseLong(database.value(
                        "select pg_relation_size('pgpro_queue_data.segment_1_0') / current_setting('block_size')::int"))
                / PAGES_A_TURN;
        assertThat(turns).isGreaterThan(1);

        failReading("'orders', q_msg_pfilter => '{\"rare\": true}'");
        failReading("'orders'");
        keep(turns + 1); // the same as 0
        assertThat(waiting()).isEqualTo("1");
        for (long turn = 1; turn < turns; turn++) {
            keep(turn);
        }
        assertThat(waiting()).isEqualTo("1");
        keep(turns);
        assertThat(waiting()).isEqualTo("2");
    }

    private void failReading(String arguments) {
        try (QueueSession session = new QueueSession(database)) {
            session.run("begin");
            assertThat(session.value("select pgpro_queue.read_message(" + arguments + ")"))
                    .isNotEqualTo("null");
            session.run("rollback");
        }
    }

    private void keep(long turn) {
        database.run("call howdah_queue.keep(" + turn + ")");
    }

    private String waiting() {
        return database.value("select count(*) from pgpro_queue_data.waiting where attempts = 1");
    }
}
