package dev.howdah.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.howdah.stream.DebianPgq.Running;
import dev.howdah.testkit.TestDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** The real pgqd and consumers made with the real python3-pgq, against Howdah without its server. */
class PgqClientsTest {

    @AutoClose
    static final TestDatabase database = TestDatabase.installed();

    @TempDir
    static Path folder;

    private static DebianPgq pgq;
    private static Running ticker;

    private String queue;
    private String settings;

    @BeforeAll
    static void startPgqd() {
        DebianPgq.assumePresent("pgq", "skytools");
        pgq = new DebianPgq(folder, database.address());
        ticker = pgq.startTicker(database.address());
    }

    @AfterAll
    static void stopPgqd() {
        if (ticker != null) {
            ticker.close();
        }
    }

    @BeforeEach
    void createQueue(TestInfo test) {
        queue = test.getTestMethod().orElseThrow().getName();
        settings = pgq.consumerSettings(queue);
        database.run("select pgq.create_queue('" + queue + "')");
        configure("ticker_max_lag", "100 ms");
        configure("ticker_idle_period", "200 ms");
    }

    @Test
    void aConsumerGetsWhatIsInsertedAndCopiedAndItsRetries() {
        pgq.runScript("consumer.py", settings, "--register");
        try (Running consumer = pgq.startScript("consumer", "consumer.py", settings)) {
            pgq.runScript("producer.py", pgq.connectString(), queue, "20");
            soon(() -> assertThat(consumer.events())
                    .contains("one inserted 0", "again retried 0", "again retried 1")
                    .hasSize(23));
            assertThat(Collections.frequency(consumer.events(), "copy copied 0"))
                    .isEqualTo(20);
        }
        assertThat(ticker.output()).noneMatch(line -> line.contains("ERROR") || line.contains("WARNING"));
    }

    @Test
    void tablesAreEmptiedAndUsedAgainWhileAConsumerReads() {
        configure("rotation_period", "1 second");
        pgq.runScript("consumer.py", settings, "--register");
        try (Running consumer = pgq.startScript("consumer", "consumer.py", settings)) {
            int rounds = 0;
            while (tablesEmptied() < 3) {
                pgq.runScript("producer.py", pgq.connectString(), queue, "100");
                rounds++;
                assertThat(rounds).as("rounds without enough rotation").isLessThan(200);
            }
            int expected = rounds;
            soon(() -> assertThat(consumer.events()).hasSizeGreaterThanOrEqualTo(expected * 103));
            assertThat(consumer.events()).hasSize(expected * 103);
            soon(() -> assertThat(database.value("select count(*) from pgque.event_" + queueId()))
                    .isEqualTo("0"));
        }
    }

    @Test
    void aConsumerThatUnregistersIsGone() {
        pgq.runScript("consumer.py", settings, "--register");
        assertThat(consumers()).isEqualTo("1");
        pgq.runScript("consumer.py", settings, "--unregister");
        assertThat(consumers()).isEqualTo("0");
    }

    private void configure(String parameter, String value) {
        database.run("select pgq.set_queue_config('%s', '%s', '%s')".formatted(queue, parameter, value));
    }

    private String queueId() {
        return database.value("select queue_id from pgq.queue where queue_name = '" + queue + "'");
    }

    private String consumers() {
        return database.value("select count(*) from pgq.get_consumer_info('" + queue + "')");
    }

    /** Of the queue's three tables. A truncated table has a new file. */
    private int tablesEmptied() {
        return Integer.parseInt(database.value("""
                select count(*) from pg_class c, generate_series(0, 2) nr
                 where c.oid = ('pgque.event_%s_' || nr)::regclass and c.relfilenode <> c.oid""".formatted(queueId())));
    }

    private static void soon(ThrowingRunnable assertion) {
        await().atMost(Duration.ofSeconds(60)).untilAsserted(assertion);
    }
}
