package dev.howdah.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.testkit.TestDatabase;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The tick that a consumer makes itself, when nobody is writing: the one after the last that it knows of, or none. */
class NextTickTest {

    private static final String TICK_AFTER_THE_LAST = """
            select (howdah_stream.tick_next(t, 1)).next_tick - t.tick_id
              from (select * from pgque.tick order by tick_id desc limit 1) t""";

    private TestDatabase database;
    private EngineSession consumer;
    private EngineSession other;

    @BeforeEach
    void aQueueWithAConsumer() {
        database = TestDatabase.installed();
        database.run("select pgque.create_queue('q'), pgque.register_consumer('q', 'c')");
        consumer = new EngineSession(database);
        other = new EngineSession(database);
    }

    @AfterEach
    void drop() {
        consumer.close();
        other.close();
        database.close();
    }

    @Test
    void followsTheLast() {
        assertThat(consumer.value(TICK_AFTER_THE_LAST)).isEqualTo("1");
        assertThat(consumer.value(TICK_AFTER_THE_LAST)).isEqualTo("1");
    }

    /** A snapshot that is older than another tick's would make events between the two be read twice, or never. */
    @Test
    void isNotMadeByWhoDoesNotSeeTheLast() {
        consumer.run("begin isolation level repeatable read");
        String last = consumer.value("select max(tick_id) from pgque.tick");
        assertThat(other.value(TICK_AFTER_THE_LAST)).isEqualTo("1");
        assertThat(consumer.value("select max(tick_id) from pgque.tick")).isEqualTo(last);
        assertThat(consumer.value(TICK_AFTER_THE_LAST)).isEqualTo("null");
        consumer.run("commit");
    }

    @Test
    void isNotMadeWhileAnotherOneIs() {
        other.run("begin");
        assertThat(other.value(TICK_AFTER_THE_LAST)).isEqualTo("1");
        assertThat(consumer.value(TICK_AFTER_THE_LAST)).isEqualTo("null");
        other.run("commit");
        assertThat(consumer.value(TICK_AFTER_THE_LAST)).isEqualTo("1");
    }

    @Test
    void isNotMadeWhereTheTickerIsPaused() {
        database.run("select pgque.set_queue_config('q', 'ticker_paused', 'true')");
        assertThat(consumer.value(TICK_AFTER_THE_LAST)).isEqualTo("null");
    }

    /** Its id is gone for good: then the consumer ticks as everybody does, with the queue's row locked first. */
    @Test
    void thatWasRolledBackKeepsNoEventBack() {
        other.run("begin");
        assertThat(other.value(TICK_AFTER_THE_LAST)).isEqualTo("1");
        other.run("rollback");
        assertThat(consumer.value(TICK_AFTER_THE_LAST)).isEqualTo("null");
        other.run("select pgque.send('q', 'x')");
        assertThat(consumer.value("""
                        select (batch).pos_next_tick - (batch).pos_last_tick
                          from howdah_stream.deliver((select sub_no from howdah_stream.subscriber), 'w', '10 s')""")).isEqualTo("2");
    }
}
