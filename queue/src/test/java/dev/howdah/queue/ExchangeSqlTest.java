package dev.howdah.queue;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where what is published goes. */
class ExchangeSqlTest extends QueueSqlBase {

    @BeforeEach
    void createQueues() {
        createQueue("a");
        createQueue("b");
    }

    @Test
    void fanoutGoesToAll() {
        exchange("fanout");
        bind("a", null);
        bind("b", null);
        assertThat(publish("any", "{}")).isEqualTo("a b");
        assertThat(publish(null, "{}")).isEqualTo("a b");
        database.run("select pgpro_queue.unbind_queue('b', 'e')");
        assertThat(publish("any", "{}")).isEqualTo("a");
    }

    @Test
    void directGoesWhereAKeyIsEqual() {
        exchange("direct");
        bind("a", "one");
        bind("a", "two");
        bind("b", "two");
        assertThat(publish("one", "{}")).isEqualTo("a");
        assertThat(publish("two", "{}")).isEqualTo("a b"); // once each
        assertThat(publish("three", "{}")).isEmpty();
        assertThat(publish(null, "{}")).isEmpty();
        database.run("select pgpro_queue.unbind_queue('a', 'e', 'two')");
        assertThat(publish("two", "{}")).isEqualTo("b");
        assertThat(publish("one", "{}")).isEqualTo("a");
        database.run("select pgpro_queue.unbind_queue('a', 'e')");
        assertThat(publish("one", "{}")).isEmpty();
        assertThat(database.value("select unroutable from pgpro_queue_data.exchange_list"))
                .isEqualTo("3");
    }

    @ParameterizedTest
    @CsvSource({
        "orders.*,       orders.new,        true",
        "orders.*,       orders,            false",
        "orders.*,       orders.new.eu,     false",
        "orders.#,       orders,            true",
        "orders.#,       orders.new.eu,     true",
        "orders.#,       ordersx.new,       false",
        "#,              anything.at.all,   true",
        "#,              '',                true",
        "#.eu,           eu,                true",
        "#.eu,           orders.new.eu,     true",
        "#.eu,           orders.new.us,     false",
        "*.new.#,        orders.new,        true",
        "*.new.#,        new,               false",
        "a.#.b.*,        a.x.y.b.c,         true",
        "a.#.b.*,        a.b.c,             true",
        "a.#.b.*,        a.b,               false",
        "a.b,            a.b,               true",
        "a.b,            axb,               false",
        "a+.b,           a+.b,              true",
        "a+.b,           aa.b,              false",
        "#.#,            a,                 true",
    })
    void topicPatternsMatchWords(String pattern, String key, boolean matches) {
        exchange("topic");
        bind("a", pattern);
        assertThat(publish(key, "{}")).isEqualTo(matches ? "a" : "");
    }

    @Test
    void headersGoByProperties() {
        exchange("headers");
        bind("a", "{\"type\": \"pdf\", \"size\": \"large\"}");
        bind("b", "{\"type\": \"pdf\", \"urgent\": true, \"x-match\": \"any\"}");
        assertThat(publish(null, "{\"type\": \"pdf\", \"size\": \"large\", \"more\": 1}"))
                .isEqualTo("a b");
        assertThat(publish(null, "{\"type\": \"pdf\"}")).isEqualTo("b");
        assertThat(publish(null, "{\"urgent\": true}")).isEqualTo("b");
        assertThat(publish(null, "{\"urgent\": false}")).isEmpty();
    }

    @Test
    void whatNobodyGetsIsCountedAndOnRequestRefused() {
        exchange("direct");
        database.run("call pgpro_queue.set_exchange_refusal('e', true)");
        try (QueueSession session = new QueueSession(database)) {
            assertThat(session.error("call pgpro_queue.publish_message('e', 'k', '1')"))
                    .isEqualTo("P0002 no queue is bound to exchange \"e\" for routing key \"k\"");
        }
        assertThat(database.value("select unroutable from pgpro_queue_data.exchange_list"))
                .isEqualTo("1");
    }

    @Test
    void inThePublishersTransaction() {
        exchange("fanout");
        bind("a", null);
        bind("b", null);
        try (QueueSession publisher = new QueueSession(database)) {
            publisher.run("begin").run("call pgpro_queue.publish_message('e', null, '1')");
            assertThat(read("a")).isEqualTo("null");
            publisher.run("rollback");
            assertThat(read("a")).isEqualTo("null");
            publisher
                    .run("begin")
                    .run("call pgpro_queue.publish_message('e', null, '2')")
                    .run("commit");
        }
        assertThat(read("a")).isEqualTo("2");
        assertThat(read("b")).isEqualTo("2");
    }

    @Test
    void aQueueThatIsDroppedIsUnbound() {
        exchange("fanout");
        bind("a", null);
        bind("b", null);
        database.run("call pgpro_queue.drop_queue('a')");
        database.run("call pgpro_queue.publish_message('e', null, '1')");
        assertThat(read("b")).isEqualTo("1");
        database.run("select pgpro_queue.drop_exchange('e', true)");
        assertThat(database.column("select queue_name from pgpro_queue_data.queues"))
                .isEmpty();
    }

    private void exchange(String type) {
        database.run("select pgpro_queue.create_exchange('e', '" + type + "')");
    }

    private void bind(String queue, String key) {
        database.run("select pgpro_queue.bind_queue('" + queue + "', 'e', " + quoted(key) + ")");
    }

    /** The queues that got it, in the order of their names. */
    private String publish(String key, String properties) {
        database.run(
                "call pgpro_queue.publish_message('e', %s, '1', 0, %s)".formatted(quoted(key), quoted(properties)));
        String queues = "";
        for (String queue : new String[] {"a", "b"}) {
            if (!read(queue).equals("null")) {
                queues += queue + " ";
                assertThat(read(queue)).isEqualTo("null");
            }
        }
        return queues.strip();
    }

    private static String quoted(String text) {
        return text == null ? "null" : "'" + text + "'";
    }
}
