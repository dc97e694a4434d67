package dev.howdah.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Reading: what comes, in which order, and what does not. */
class ReadSqlTest extends QueueSqlBase {

    @Test
    void lowerPriorityFirstThenTheOrderOfSending() {
        createQueue("orders");
        for (int i = 0; i < 12; i++) {
            database.run("call pgpro_queue.insert_message('orders', '%d', %d)".formatted(i, i % 3 - 1));
        }

        assertThat(readAll("orders")).containsExactly("0", "3", "6", "9", "1", "4", "7", "10", "2", "5", "8", "11");
        assertThat(read("orders")).isEqualTo("null");
    }

    @Test
    void prioritiesHoldAcrossSegments() {
        createQueue("orders");
        database.run("call pgpro_queue.insert_message('orders', '1', 5)");
        database.run("call pgpro_queue.insert_message('orders', '2', 7)");
        database.run("select setval('pgpro_queue_data.line_1', (3 << 8) | 1)"); // the next segment, beside the first
        database.run("call pgpro_queue.insert_message('orders', '3', 5)");
        database.run("call pgpro_queue.insert_message('orders', '4', 6)");
        database.run("call pgpro_queue.insert_message('orders', '5', -1)");
        database.run("select setval('pgpro_queue_data.line_1', (7 << 8) | 2)");
        database.run("call pgpro_queue.insert_message('orders', '6', 5)");
        database.run("call pgpro_queue.insert_message('orders', '7', 9)");

        try (QueueSession other = new QueueSession(database)) {
            other.run("begin");
            assertThat(other.read("orders")).isEqualTo("5"); // and holds it
            assertThat(read("orders")).isEqualTo("1");
            assertThat(database.column(
                            "select body from pgpro_queue_data.take_1(4, null, null, null) order by priority, msgid"))
                    .containsExactly("3", "6", "4", "2");
            assertThat(readAll("orders")).containsExactly("7");
        }
    }

    @Test
    void aDelayedMessageComesWhenItIsDueAndInItsPlace() {
        createQueue("orders");
        database.run("call pgpro_queue.insert_message('orders', '1', 5)");
        database.run(
                "call pgpro_queue.insert_message('orders', '2', 0, q_msg_enable_time => now() + interval '1 hour')");
        assertThat(messages("orders")).containsExactly("ready 1 10 0", "waiting 2 10 0");
        assertThat(database.value("select pgpro_queue.read_message_by_id('orders', 2)"))
                .isEqualTo("null");

        letAllFallDue();

        assertThat(readAll("orders")).containsExactly("2", "1");
    }

    @Test
    void theServerMovesWhatIsDueIntoTheLine() {
        createQueue("orders");
        database.run("""
                do $$ begin
                    for i in 1..2500 loop
                        call pgpro_queue.insert_message('orders', to_jsonb(i), q_msg_enable_time => now() + interval '1 second');
                    end loop;
                end $$""");
        try (var server = server()) {
            eventually(() -> assertThat(database.value("select count(*) from pgpro_queue_data.queue_orders"))
                    .isEqualTo("2500"));
        }
        assertThat(database.column("select body from pgpro_queue_data.take_1(2500, null, null, null) order by msgid"))
                .hasSize(2500)
                .startsWith("1", "2", "3");
    }

    @Test
    void filtersAreContained() {
        createQueue("orders");
        database.run(
                "call pgpro_queue.insert_message('orders', '1', 3, '{\"type\": \"a\", \"deep\": {\"x\": 1, \"y\": 2}}')");
        database.run("call pgpro_queue.insert_message('orders', '2', 4, '{\"type\": \"b\"}')");
        database.run("call pgpro_queue.insert_message('orders', '3', 4)");

        assertThat(filtered("null", "'{\"type\": \"c\"}'")).isEqualTo("null");
        assertThat(filtered("'{\"priority\": 4}'", "null")).isEqualTo("2");
        assertThat(filtered("'{\"priority\": 3}'", "'{\"type\": \"b\"}'")).isEqualTo("null");
        assertThat(filtered("'{\"msgid\": 3, \"retries\": 10, \"retrydelay\": 30, \"attempts\": 0}'", "null"))
                .isEqualTo("3");
        assertThat(filtered("null", "'{\"deep\": {\"y\": 2}}'")).isEqualTo("1");
    }

    @Test
    void jsonbAndXmlAreReadByTheirOwnFunctionsOrByAny() {
        createQueue("orders");
        database.run("call pgpro_queue.insert_message_xml('orders', '<order/>')");
        send("orders", "{}");

        assertThat(read("orders")).isEqualTo("{}");
        assertThat(read("orders")).isEqualTo("null"); // what it could not give is still there
        send("orders", "[]");
        assertThat(database.value("select pgpro_queue.read_message_xml('orders')"))
                .isEqualTo("<order/>");
        assertThat(database.value("select pgpro_queue.read_message_xml('orders')"))
                .isEqualTo("null");
        assertThat(database.value("select pgpro_queue.read_message_by_id_xml('orders', 3)"))
                .isEqualTo("null");
        assertThat(database.value("select pgpro_queue.read_message_any('orders')"))
                .isEqualTo("([],)");
        assertThat(database.value("select pgpro_queue.read_message_any('orders')"))
                .isEqualTo("(,)");
    }

    @Test
    void aMessageThatSomebodyReadsIsPassedOverAndThereAgainAfterHisRollback() {
        createQueue("orders", "queue_retry_delay => 0");
        send("orders", "1");
        send("orders", "2");
        try (QueueSession other = new QueueSession(database)) {
            other.run("begin");
            assertThat(other.read("orders")).isEqualTo("1");

            assertThat(database.value("select pgpro_queue.read_message_by_id('orders', 1)"))
                    .isEqualTo("null");
            assertThat(messages("orders")).containsExactly("reading 1 10 0", "ready 2 10 0");
            assertThat(readAll("orders")).containsExactly("2");
            other.run("rollback");
        }
        assertThat(messages("orders")).containsExactly("retry 1 10 0");
        keep();
        keep();
        assertThat(readAll("orders")).containsExactly("1");
    }

    @Test
    void byIdAmongManyPriorities() {
        createQueue("orders");
        for (int i = 1; i <= 20; i++) {
            database.run("call pgpro_queue.insert_message('orders', '%d', %d)".formatted(i, 7 * i % 20 - 10));
        }
        assertThat(database.value("select pgpro_queue.read_message_by_id('orders', 13)"))
                .isEqualTo("13");
        assertThat(database.value("select pgpro_queue.read_message_by_id('orders', 13)"))
                .isEqualTo("null");
        assertThat(database.value("select pgpro_queue.read_message_by_id('orders', 99)"))
                .isEqualTo("null");
        assertThat(readAll("orders")).hasSize(19);
    }

    @Test
    void onlyReadCommittedReads() {
        createQueue("orders");
        send("orders", "1");
        try (QueueSession session = new QueueSession(database)) {
            for (String level : List.of("REPEATABLE READ", "SERIALIZABLE")) {
                session.run("begin isolation level " + level);
                assertThat(session.error("select pgpro_queue.read_message('orders')"))
                        .isEqualTo("25000 queues are read at the isolation level READ COMMITTED, this transaction's is "
                                + level);
                session.run("rollback");
            }
        }
        assertThat(messages("orders")).containsExactly("ready 1 10 0");
    }

    @Test
    void aMessageIsThereIfAndOnlyIfItsSenderCommits() {
        createQueue("orders");
        try (QueueSession sender = new QueueSession(database)) {
            sender.run("begin").run("call pgpro_queue.insert_message('orders', '1')");
            assertThat(read("orders")).isEqualTo("null");
            assertThat(sender.read("orders")).isEqualTo("1"); // his own
            sender.run("rollback");
            assertThat(messages("orders")).isEmpty();
            sender.run("begin")
                    .run("call pgpro_queue.insert_message('orders', '2')")
                    .run("commit");
        }
        assertThat(read("orders")).isEqualTo("2");
    }

    private String filtered(String header, String properties) {
        return database.value("select pgpro_queue.read_message('orders', " + header + ", " + properties + ")");
    }

    private List<String> readAll(String queue) {
        List<String> bodies = new ArrayList<>();
        for (String body = read(queue); !body.equals("null"); body = read(queue)) {
            bodies.add(body);
        }
        return bodies;
    }
}
