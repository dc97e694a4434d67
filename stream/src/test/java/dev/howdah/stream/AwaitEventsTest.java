package dev.howdah.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.howdah.testkit.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A consumer that waits in the database: what ends its wait, and whom it keeps from nothing meanwhile. */
class AwaitEventsTest {

    private static final String SEND = "select pgque.send('q', 'x')";
    private static final String AWAIT_FIRST = "select howdah_stream.await_events(1, 0, '1 hour')";
    private static final String DELIVER_FIRST = """
            select (batch).pos_batch is not null
              from howdah_stream.deliver(1, 'w', '1 hour', i_queue_id => 1, i_seen => 0, i_wait => '1 hour')""";
    private static final String ADVISORY_LOCKS = "select count(*) from pg_locks where locktype = 'advisory'"
            + " and database = (select oid from pg_database where datname = current_database())";

    private TestDatabase database;
    private EngineSession consumer;
    private EngineSession other;

    @BeforeEach
    void aQueueWithAConsumer() {
        database = TestDatabase.installed();
        database.run("select pgque.create_queue('q'), pgque.register_consumer('q', 'c')");
        assertThat(database.column(
                        "select concat_ws(' ', queue_id, sub_no) from pgque.queue, howdah_stream.subscriber"))
                .containsExactly("1 1");
        consumer = new EngineSession(database);
        other = new EngineSession(database);
    }

    @AfterEach
    void drop() {
        consumer.close();
        other.close();
        database.close();
    }

    /** Runs it in a thread of its own, and comes back when it waits for an id to be drawn. */
    private CompletableFuture<String> waiting(String sql) {
        CompletableFuture<String> result = CompletableFuture.supplyAsync(() -> consumer.value(sql));
        await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(1))
                .until(() -> other.value("""
                                select count(*) from pg_stat_activity
                                 where datname = current_database() and wait_event = 'PgSleep'""").equals("1"));
        assertThat(result).isNotDone();
        return result;
    }

    private static String soon(CompletableFuture<String> result) throws Exception {
        return result.get(30, TimeUnit.SECONDS);
    }

    @Test
    void comesBackWhenAnIdIsDrawn() throws Exception {
        CompletableFuture<String> waiting = waiting(AWAIT_FIRST);
        other.run(SEND);
        soon(waiting);
    }

    @Test
    void waitsOnlyAMomentForAWriterThatStaysOpen() throws Exception {
        CompletableFuture<String> waiting = waiting(AWAIT_FIRST);
        other.run("begin");
        other.run(SEND);
        soon(waiting);
    }

    @Test
    void anIdThatWasRolledBackEndsTheWaitToo() throws Exception {
        CompletableFuture<String> waiting = waiting(AWAIT_FIRST);
        other.run("begin");
        other.run(SEND);
        other.run("rollback");
        soon(waiting);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "null"})
    void doesNotWaitForWhatIsThereOrUnknown(String seen) {
        if (seen.equals("0")) {
            other.run(SEND);
        }
        consumer.run("set statement_timeout = '30 s'");
        consumer.run("select howdah_stream.await_events(1, " + seen + ", '1 hour')");
    }

    @Test
    void comesBackWhenItsTimeIsOver() {
        other.run(SEND);
        assertThat(consumer.value("""
                        select clock_timestamp() - statement_timestamp() >= '50 ms'
                          from howdah_stream.await_events(1, 1, '50 ms')""")).isEqualTo("t");
        assertThat(consumer.value("""
                        select (batch).pos_batch from howdah_stream.deliver(
                            1, 'w', '1 hour', i_queue_id => 1, i_seen => 1, i_wait => '1 ms')"""))
                .as("an event that no tick has seen is found after the wait all the same")
                .isNotEqualTo("null");
    }

    /** Once in ten times at least: on a busy machine a commit may take longer than the moment that it waits for one. */
    @Test
    void givesWhatWasSentMeanwhileInTheSameCall() throws Exception {
        boolean given = false;
        for (int sent = 0; sent < 10 && !given; sent++) {
            CompletableFuture<String> waiting = waiting(DELIVER_FIRST.replace("i_seen => 0", "i_seen => " + sent));
            other.run(SEND);
            given = soon(waiting).equals("t");
        }
        assertThat(given).isTrue();
    }

    /** The second one has read where the consumer was before it got the lock: another one has its place by then. */
    @Test
    void twoThatWaitForTheSameEventGetItOnceAndWithoutAnError() throws Exception {
        String deliver =
                DELIVER_FIRST.replace("(batch).pos_batch is not null", "concat_ws(' ', (batch).pos_version, seen)");
        try (EngineSession second = new EngineSession(database)) {
            other.run("begin");
            other.run("select from howdah_stream.subscriber for update");
            database.run(SEND);
            CompletableFuture<String> first = consumer.waiting(deliver);
            CompletableFuture<String> later = second.waiting(deliver.replace("'w'", "'v'"));
            other.run("commit");
            assertThat(List.of(soon(first), soon(later))).containsExactlyInAnyOrder("2", "-1");
        }
        assertThat(database.value("select count(*) from howdah_stream.position where pos_batch is not null"))
                .isEqualTo("1");
        assertThat(consumer.value(deliver.replace("'w'", "'u'")))
                .as("it is lent")
                .isEmpty();
    }

    @Test
    void itsOwnBatchIsNotGivenAgainIfAnotherHasTakenItOverMeanwhile() throws Exception {
        database.run(SEND);
        assertThat(consumer.value(DELIVER_FIRST.replace("'w', '1 hour'", "'w', '0 s'")))
                .isEqualTo("t");
        other.run("begin");
        other.run("select from howdah_stream.subscriber for update");
        CompletableFuture<String> again = consumer.waiting(DELIVER_FIRST);
        assertThat(other.value(DELIVER_FIRST.replace("'w'", "'v'"))).isEqualTo("t");
        other.run("commit");
        assertThat(soon(again)).isEqualTo("f");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void touchesNoTableWhileItWaits(boolean planned) throws Exception {
        if (planned) {
            for (int i = 0; i < 7; i++) {
                consumer.run(DELIVER_FIRST.replace("1 hour'", "1 ms'"));
            }
        }
        CompletableFuture<String> waiting = waiting(DELIVER_FIRST);
        assertThat(database.column("""
                        select c.oid::regclass
                          from pg_locks l
                          join pg_class c on c.oid = l.relation
                          join pg_database d on d.oid = l.database and d.datname = current_database()
                          join pg_stat_activity a on a.pid = l.pid and a.wait_event = 'PgSleep'
                         where c.relkind not in ('i', 'S') and c.relnamespace <> 'pg_catalog'::regnamespace""")).isEmpty();
        String all = String.join(", ", database.column("""
                        select oid::regclass from pg_class
                         where relkind = 'r' and relnamespace in ('pgque'::regnamespace, 'howdah_stream'::regnamespace)"""));
        assertThat(all).contains("pgque.event_1_0", "pgque.tick", "howdah_stream.\"position\"");
        other.run("begin; lock table " + all + " in access exclusive mode nowait; rollback");
        assertThat(waiting).isNotDone();
        other.run(SEND);
        soon(waiting);
    }

    @Test
    void tablesAreTruncatedWhileItWaits() throws Exception {
        database.run("select pgque.set_queue_config('q', 'rotation_period', '1 microsecond')");
        CompletableFuture<String> waiting = waiting("select howdah_stream.await_events(1, 1, '1 hour')");
        other.run(SEND);
        other.run("select pgque.unregister_consumer('q', 'c')");
        for (int i = 0; i < 3; i++) {
            other.run("select howdah_stream.rotate('q')");
        }
        assertThat(other.value("select count(*) from pgque.event_1")).isEqualTo("0");
        assertThat(waiting).isNotDone();
        other.run(SEND);
        soon(waiting);
    }

    @Test
    void waitingForWritersLeavesNoLockAndNoSettingBehind() {
        other.run("begin");
        other.run(SEND);
        consumer.run("begin");
        String before = consumer.value(ADVISORY_LOCKS);
        consumer.run("select howdah_stream.await_writers(1)");
        assertThat(consumer.value(ADVISORY_LOCKS)).isEqualTo(before);
        assertThat(consumer.value("show lock_timeout")).isEqualTo("0");
        other.run("commit");
        consumer.run("select howdah_stream.await_writers(1)");
        assertThat(consumer.value(ADVISORY_LOCKS)).isEqualTo("0");
        assertThat(consumer.value("show lock_timeout")).isEqualTo("0");
    }

    /** As long as somebody waits for the writers before it, a writer says that it writes by the lock that is left. */
    @Test
    void aWriterNeitherWaitsForWhoWaitsForWritersNorNotifies() throws Exception {
        other.run("begin");
        other.run(SEND);
        consumer.run("begin");
        CompletableFuture<String> waiting =
                consumer.waiting("select pg_advisory_xact_lock(1752131956, 1) is null"); // await_writers, for longer
        try (EngineSession writer = new EngineSession(database)) {
            writer.run("listen howdah_stream");
            writer.run("set statement_timeout = '30 s'");
            writer.run("begin");
            writer.run(SEND);
            assertThat(database.value("select howdah_stream.is_written(1)")).isEqualTo("t");
            other.run("commit");
            soon(waiting);
            consumer.run("commit");
            assertThat(database.value("select howdah_stream.is_written(1)"))
                    .as("the other has come to its end, this one has not")
                    .isEqualTo("t");
            writer.run("commit");
            assertThat(writer.notifications(Duration.ofMillis(1))).isEqualTo(List.of());
            assertThat(database.value("select howdah_stream.is_written(1)")).isEqualTo("f");
        }
    }
}
