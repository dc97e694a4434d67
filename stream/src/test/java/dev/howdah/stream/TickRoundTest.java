package dev.howdah.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.testkit.TestDatabase;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The server's ticker, round by round. */
class TickRoundTest {

    private static final String DELIVER =
            "select (batch).pos_batch, seen from howdah_stream.deliver((select sub_no from howdah_stream.subscriber), 'w', '10 s')";

    private TestDatabase database;

    @BeforeEach
    void aQueueWithAConsumer() {
        database = TestDatabase.installed();
        database.run("select pgque.create_queue('q'), pgque.register_consumer('q', 'c')");
        round("null");
    }

    @AfterEach
    void drop() {
        database.close();
    }

    @Test
    void makesOneTickOfNewsAndThenNone() {
        database.run("select pgque.send('q', 'x')");
        assertThat(round("null")).isEqualTo("1");
        String ticks = ticks();
        for (int i = 0; i < 3; i++) {
            assertThat(round("null")).isEqualTo("0");
        }
        assertThat(ticks()).isEqualTo(ticks);
    }

    @Test
    void tellsOfATickThatAConsumerMadeSinceTheRoundBefore() {
        database.run("select pgque.send('q', 'x')");
        database.run(DELIVER);
        String ticks = ticks();
        assertThat(round("'1 minute'")).isEqualTo("1");
        assertThat(round("'0'")).isEqualTo("0");
        assertThat(ticks()).isEqualTo(ticks);
    }

    @Test
    void whatWasBegunAndFailedIsTickedOnceAndNotLookedAtAgain() {
        database.run("do $$ begin perform pgque.send('q', 'x'); raise 'no'; exception when others then null; end $$");
        assertThat(round("null")).isEqualTo("1");
        assertThat(round("null")).isEqualTo("0");
    }

    private String round(String since) {
        return database.value("select howdah_stream.tick_round('{}', " + since + ")");
    }

    private String ticks() {
        return database.value("select count(*) from pgque.tick");
    }
}
