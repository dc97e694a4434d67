package dev.howdah.queue;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each way for a reading to fail counts once, and leads in the end to a dead letter. */
class RetrySqlTest extends QueueSqlBase {

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aRollbackCountsOnceAndDelays(boolean keeper) {
        createQueue("orders", "queue_retries => 3");
        send("orders", "1");

        failReading();
        count(keeper);

        assertThat(messages("orders")).containsExactly("waiting 1 2 1");
        assertThat(delay()).isBetween(25.0, 30.0);
        count(keeper);
        assertThat(messages("orders")).containsExactly("waiting 1 2 1"); // once
    }

    @Test
    void aRollbackToASavepointCounts() {
        createQueue("orders");
        send("orders", "1");
        send("orders", "2");
        try (QueueSession session = new QueueSession(database)) {
            session.run("begin").run("savepoint a");
            assertThat(session.read("orders")).isEqualTo("1");
            session.run("rollback to a");
            assertThat(session.read("orders")).isEqualTo("2");
            session.run("commit");
        }
        assertThat(messages("orders")).containsExactly("waiting 1 9 1");
    }

    @Test
    void soDoesEachLevelOfNesting() {
        createQueue("orders");
        for (int i = 1; i <= 4; i++) {
            send("orders", "" + i);
        }
        try (QueueSession session = new QueueSession(database)) {
            session.run("begin").run("savepoint a");
            assertThat(session.read("orders")).isEqualTo("1");
            session.run("savepoint b");
            assertThat(session.read("orders")).isEqualTo("2");
            session.run("savepoint c");
            assertThat(session.read("orders")).isEqualTo("3");
            session.run("release c").run("rollback to b"); // 2 and 3
            session.run("release a");
            assertThat(session.read("orders")).isEqualTo("4");
            session.run("commit"); // 1 and 4 are gone
        }
        keep();
        assertThat(messages("orders")).containsExactlyInAnyOrder("waiting 2 9 1", "waiting 3 9 1");
    }

    @Test
    void anExceptionBlockIsASavepoint() {
        createQueue("orders");
        send("orders", "1");
        database.run("""
                do $$ begin
                    perform pgpro_queue.read_message('orders');
                    raise exception 'no';
                exception when others then null;
                end $$""");
        keep();
        assertThat(messages("orders")).containsExactly("waiting 1 9 1");
    }

    @Test
    void aLostConnectionCounts() {
        createQueue("orders");
        send("orders", "1");
        QueueSession session = new QueueSession(database);
        session.run("begin");
        assertThat(session.read("orders")).isEqualTo("1");
        session.crash();
        keep();
        assertThat(messages("orders")).containsExactly("waiting 1 9 1");
    }

    @Test
    void lockingARowIsNoReading() {
        createQueue("orders");
        send("orders", "1");
        try (QueueSession session = new QueueSession(database)) {
            session.run("begin")
                    .run("select 1 from pgpro_queue_data.segment_1_0 for update")
                    .run("commit");
        }
        keep();
        assertThat(messages("orders")).containsExactly("ready 1 10 0");
    }

    @Test
    void rollbackPreparedDoesNotCountAndCommitPreparedRemoves() {
        createQueue("orders");
        send("orders", "1");
        send("orders", "2");
        try (QueueSession session = new QueueSession(database)) {
            session.run("begin").run("savepoint a");
            assertThat(session.read("orders")).isEqualTo("1");
            session.run("release a").run("prepare transaction 'one'");
            assertThat(messages("orders")).containsExactly("reading 1 10 0", "ready 2 10 0");
            session.run("begin");
            assertThat(session.read("orders")).isEqualTo("2");
            session.run("prepare transaction 'two'");
            assertThat(read("orders")).isEqualTo("null");

            session.run("rollback prepared 'one'").run("commit prepared 'two'");
        }
        keep();
        assertThat(messages("orders")).containsExactly("ready 1 10 0");
        assertThat(read("orders")).isEqualTo("1");
    }

    @Test
    void aPlainRollbackStillCountsWhereTransactionsCanBePrepared() {
        createQueue("orders");
        send("orders", "1");
        try (QueueSession session = new QueueSession(database)) {
            session.run("begin");
            session.read("orders");
            session.run("commit");
            send("orders", "2");
            session.run("begin");
            session.read("orders");
            session.run("rollback");
        }
        keep();
        assertThat(messages("orders")).containsExactly("waiting 2 9 1");
    }

    @Test
    void aCommitThatADeferredConstraintRefusesCounts() {
        createQueue("orders");
        send("orders", "1");
        database.run("create table once (id int unique deferrable initially deferred)");
        try (QueueSession session = new QueueSession(database)) {
            session.run("begin").run("insert into once values (1), (1)");
            assertThat(session.read("orders")).isEqualTo("1");
            assertThat(session.error("commit")).startsWith("23505");
            session.run("begin");
            send("orders", "2");
            assertThat(session.read("orders")).isEqualTo("2");
            session.run("insert into once values (2), (2)");
            assertThat(session.error("prepare transaction 'refused'")).startsWith("23505");
        }
        keep();
        assertThat(messages("orders")).containsExactlyInAnyOrder("waiting 1 9 1", "waiting 2 9 1");
    }

    @Test
    void outOfRetriesItIsKeptAmongTheDead() {
        createQueue("orders", "queue_retries => 1", "queue_retry_delay => 0");
        send("orders", "1");
        for (int reading = 1; reading <= 2; reading++) {
            assertThat(failReading()).isEqualTo("1");
            keep();
            keep();
        }
        assertThat(messages("orders")).isEmpty();
        assertThat(deadLetters()).isEqualTo("1 2 out of retries null");

        assertThat(database.value("select howdah_queue.replay_dead('orders')")).isEqualTo("1");
        assertThat(messages("orders")).containsExactly("ready 1 1 0");
        assertThat(database.value("select count(*) from howdah_queue.dead_letters('orders', 10)"))
                .isEqualTo("0");
    }

    @Test
    void orGoesToTheDeadLetterQueueAndIsNeverLostThere() {
        createQueue("graves", "'D'", "queue_retries => 0", "queue_retry_delay => 0");
        createQueue("orders", "queue_dlq => 'graves'", "queue_retries => 0");
        send("orders", "1");
        failReading();
        keep();
        assertThat(messages("orders")).isEmpty();
        assertThat(messages("graves")).containsExactly("ready 1 0 0");
        assertThat(deadLetters()).isEqualTo("1 1 out of retries graves");
        for (int i = 0; i < 3; i++) {
            assertThat(failReading("graves")).isEqualTo("1");
            keep();
            keep();
        }
        assertThat(messages("graves")).containsExactly("ready 1 0 3");

        assertThat(database.value("select howdah_queue.replay_dead('orders', '{7}')"))
                .isEqualTo("0");
        assertThat(database.value("select howdah_queue.replay_dead('orders', '{1}')"))
                .isEqualTo("1");
        assertThat(messages("orders")).containsExactly("ready 1 0 0");
        assertThat(messages("graves")).isEmpty();
        assertThat(read("orders")).isEqualTo("1");
    }

    @Test
    void aMessageMayHaveItsOwnRetriesAndDelay() {
        createQueue("orders");
        database.run("call pgpro_queue.insert_message('orders', '1', q_msg_retries => 0)");
        database.run("call pgpro_queue.insert_message('orders', '2', q_msg_retries => 7, q_msg_retrydelay => 600)");
        failReading();
        failReading();
        keep();
        assertThat(messages("orders")).containsExactly("waiting 2 6 1");
        assertThat(delay()).isBetween(590.0, 600.0);
        assertThat(deadLetters()).isEqualTo("1 1 out of retries null");
    }

    @Test
    void theDelayGrowsWithABackoff() {
        createQueue("orders", "queue_retry_delay => 10");
        database.run("call pgpro_queue.set_queue_backoff('orders', 3, 60)");
        send("orders", "1");
        for (double delay : new double[] {10, 30, 60, 60}) {
            failReading();
            keep();
            assertThat(delay()).isBetween(delay - 5, delay);
            letAllFallDue();
        }
    }

    @Test
    void wherePgproQueueWouldDeleteItIsKeptAsDead() {
        createQueue("orders");
        send("orders", "1");
        failReading();
        keepWith("set pgpro_queue.database_with_managed_retry = 'postgres, other'");
        assertThat(messages("orders")).isEmpty();
        assertThat(deadLetters()).isEqualTo("1 1 out of retries null");

        database.run("select howdah_queue.replay_dead('orders')");
        failReading();
        keepWith("set pgpro_queue.database_with_managed_retry = 'postgres, "
                + database.address().database() + "'");
        assertThat(messages("orders")).containsExactly("waiting 1 9 1");
    }

    /** As a server does whose sessions have such a setting, by ALTER DATABASE for example. */
    private void keepWith(String setting) {
        try (QueueSession keeper = new QueueSession(database)) {
            keeper.run(setting).run("call howdah_queue.keep(null)");
        }
    }

    @Test
    void aCountThatIsRolledBackIsMadeOnceLater() {
        createQueue("orders", "queue_retry_delay => 0");
        send("orders", "1");
        send("orders", "2");
        failReading();
        try (QueueSession finder = new QueueSession(database)) {
            finder.run("begin");
            assertThat(finder.read("orders")).isEqualTo("2"); // having counted 1
            assertThat(finder.read("orders")).isEqualTo("null"); // 1 not before that count is safe
            finder.run("rollback");
        }
        keep();
        keep();
        assertThat(messages("orders")).containsExactly("ready 1 9 1", "ready 2 9 1");
    }

    @Test
    void whatTheKeeperLeftHalfDoneDoesNotCount() {
        createQueue("orders");
        database.run("call pgpro_queue.insert_message('orders', '1', q_msg_enable_time => now() + interval '1 hour')");
        letAllFallDue();
        try (QueueSession keeper = new QueueSession(database)) {
            keeper.run("begin");
            assertThat(keeper.value("select howdah_queue.move_due(1)")).isEqualTo("1");
            keeper.run("rollback");
        }
        assertThat(read("orders")).isEqualTo("1");
        database.run("call pgpro_queue.insert_message('orders', '2', q_msg_enable_time => now() + interval '1 hour')");
        letAllFallDue();
        QueueSession killed = new QueueSession(database);
        killed.run("begin");
        killed.value("select howdah_queue.move_due(1)");
        killed.crash();
        keep();
        assertThat(messages("orders")).containsExactly("ready 2 10 0");
    }

    @Test
    void aRunningServerCountsByItself() {
        createQueue("orders", "queue_retry_delay => 0");
        send("orders", "1");
        try (var server = server()) {
            failReading();
            eventually(() -> assertThat(messages("orders")).containsExactly("ready 1 9 1"));
            assertThat(read("orders")).isEqualTo("1");
        }
    }

    private void count(boolean keeper) {
        if (keeper) {
            keep();
        } else {
            assertThat(read("orders")).isEqualTo("null");
        }
    }

    private String failReading() {
        return failReading("orders");
    }

    private String failReading(String queue) {
        try (QueueSession session = new QueueSession(database)) {
            session.run("begin");
            String body = session.read(queue);
            session.run("rollback");
            return body;
        }
    }

    private double delay() {
        return Double.parseDouble(
                database.value("select extract(epoch from due - clock_timestamp()) from pgpro_queue_data.waiting"));
    }

    /** msgid, failed readings, reason and dead-letter queue of the one there is. */
    private String deadLetters() {
        return database.value("select concat_ws(' ', msgid, attempts, reason, coalesce(dead_queue::text, 'null'))"
                + " from howdah_queue.dead_letters('orders', 10)");
    }
}
