package dev.howdah.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.howdah.testkit.TestDatabase;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Several workers share one consumer's batches; what a dead one had goes to another. */
class CooperativeTest {

    @AutoClose
    private static final TestDatabase DATABASE = TestDatabase.installed();

    private final StreamQueue queue = StreamQueue.create(DATABASE);

    private List<String> receive(String member, int max) {
        return queue.column("select payload from pgque.receive_coop({q}, 'c', '%s', %d)".formatted(member, max));
    }

    private List<String> takeOver(String member, int max, String deadInterval) {
        return queue.column("select payload from pgque.receive_coop({q}, 'c', '%s', %d, '%s')"
                .formatted(member, max, deadInterval));
    }

    private String batch(String member) {
        return queue.value("select pgque.next_batch({q}, 'c', '%s')".formatted(member));
    }

    private String ack(String member) {
        return queue.value("select pgque.ack(%s)".formatted(batch(member)));
    }

    private void register(String... members) {
        for (String member : members) {
            assertThat(queue.value("select pgque.register_subconsumer({q}, 'c', '%s')".formatted(member)))
                    .isEqualTo("1");
        }
    }

    /** The member has shown no sign of life for an hour. */
    private void silence(String member) {
        queue.run("""
                update howdah_stream.position set pos_active = pos_active - interval '1 hour'
                 where pos_sub = (howdah_stream.member({q}, 'c', '%s')).sub_no""".formatted(member));
    }

    private String roles() {
        return queue.value("""
                select string_agg(co_name || ' ' || sub_role, ', ' order by co_name)
                  from pgque.subscription join pgque.queue on queue_id = sub_queue join pgque.consumer on co_id = sub_consumer
                 where queue_name = {q}""");
    }

    @Test
    void membersWorkOnPartsOfOneWindowSideBySide() {
        register("a", "b");
        queue.sendNumbers(7);
        assertThat(receive("a", 3)).containsExactly("1", "2", "3");
        assertThat(receive("b", 3)).containsExactly("4", "5", "6");
        assertThat(receive("a", 3)).containsExactly("1", "2", "3");
        assertThat(ack("a")).isEqualTo("1");
        assertThat(receive("a", 3)).containsExactly("7");
        assertThat(ack("b")).isEqualTo("1");
        assertThat(receive("b", 3)).isEmpty();
    }

    @Test
    void aBatchHasNoMoreThanTheQueuesLimit() {
        queue.run("select pgque.set_queue_config({q}, 'batch_max_count', '4')");
        register("a", "b");
        queue.sendNumbers(6);
        assertThat(queue.column("select ev_data from pgque.get_batch_events(%s)".formatted(batch("a"))))
                .containsExactly("1", "2", "3", "4");
        assertThat(queue.column("select ev_data from pgque.get_batch_events(%s)".formatted(batch("b"))))
                .containsExactly("5", "6");
    }

    @Test
    void whatWasNotReceivedOfABatchComesAfterItsAck() {
        register("a", "b");
        queue.sendNumbers(5);
        String batch = batch("a");
        assertThat(receive("a", 2)).containsExactly("1", "2");
        assertThat(ack("a")).isEqualTo("1");
        assertThat(receive("b", 9)).isEmpty();
        assertThat(receive("a", 2)).containsExactly("3", "4");
        assertThat(batch("a")).isNotEqualTo(batch);
        assertThat(ack("a")).isEqualTo("1");
        assertThat(receive("a", 2)).containsExactly("5");
        assertThat(ack("a")).isEqualTo("1");
        assertThat(batch("a")).isEqualTo("null");
    }

    @Test
    void receivingRegistersByItselfAndFinishesEmptyBatches() {
        assertThat(receive("a", 1)).isEmpty();
        assertThat(roles()).isEqualTo("c coop_main, c.a coop_member");
        // ticks without an event for this consumer
        for (int i = 0; i < 3; i++) {
            queue.run("select howdah_stream.tick(q, true) from pgque.queue q where queue_name = {q} for no key update");
        }
        assertThat(receive("a", 1)).isEmpty();
        assertThat(queue.value("""
                select pending_events || ' ' || (last_tick = (select max(tick_id) from pgque.tick where tick_queue = queue_id))
                  from pgque.get_consumer_info({q}, 'c') join pgque.queue using (queue_name)""")).isEqualTo("0 true");
        queue.sendNumbers(1);
        assertThat(receive("a", 1)).containsExactly("1");
    }

    @Test
    void theMinimumsOfNextBatchCustomHold() {
        register("a");
        queue.sendNumbers(3);
        assertThat(queue.value("select batch_id from pgque.next_batch_custom({q}, 'c', 'a', null, 1000, null)"))
                .isEqualTo("null");
        assertThat(queue.value("""
                select batch_id is not null and prev_tick_id < next_tick_id
                  from pgque.next_batch_custom({q}, 'c', 'a', null, 3, null)""")).isEqualTo("t");
    }

    @Test
    void aDeadMembersBatchIsTakenOverUnderAFreshId() {
        register("a", "b");
        queue.sendNumbers(3);
        receive("a", 3);
        String old = batch("a");
        assertThat(takeOver("b", 3, "30 minutes")).isEmpty();
        silence("a");
        assertThat(receive("b", 3)).isEmpty();
        assertThat(takeOver("b", 3, "30 minutes")).containsExactly("1", "2", "3");

        assertThat(batch("b")).isNotEqualTo(old);
        assertThat(queue.value("select pgque.ack(%s)".formatted(old))).isEqualTo("0");
        assertThatThrownBy(() -> queue.value(
                        "select pgque.nack(%s, row(1, null, null, null, null, null, null, null, null, null)::pgque.message)"
                                .formatted(old)))
                .hasMessageContaining("batch not found: " + old);
        assertThat(receive("a", 3)).isEmpty();
        assertThat(ack("b")).isEqualTo("1");
        assertThat(receive("b", 3)).isEmpty();
    }

    @Test
    void whatADeadMemberHadNotReceivedIsTakenOverToo() {
        register("a", "b");
        queue.sendNumbers(4);
        batch("a");
        receive("a", 1);
        silence("a");
        // narrowed to its first event, not acked: all of it
        assertThat(takeOver("b", 2, "30 minutes")).containsExactly("1", "2");
        assertThat(ack("b")).isEqualTo("1");
        silence("b");
        // acked, the rest not begun
        assertThat(takeOver("a", 9, "30 minutes")).containsExactly("3", "4");
        assertThat(ack("a")).isEqualTo("1");
        assertThat(takeOver("b", 9, "0 s")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"pgque.touch_subconsumer({q}, 'c', 'a')", "pgque.next_batch({q}, 'c', 'a')"})
    void aSignOfLifeKeepsABatch(String sign) {
        register("a", "b");
        queue.sendNumbers(1);
        receive("a", 1);
        silence("a");
        queue.value("select " + sign);
        assertThat(takeOver("b", 1, "30 minutes")).isEmpty();
        assertThat(ack("a")).isEqualTo("1");
        assertThat(queue.value("select pgque.touch_subconsumer({q}, 'c', 'nobody')"))
                .isEqualTo("0");
    }

    @Test
    void retriesAndDeadLettersAreTheGroups() {
        queue.run("select pgque.set_queue_config({q}, 'max_retries', '1')");
        register("a", "b");
        queue.sendNumbers(1);
        for (String member : List.of("a", "b")) {
            assertThat(queue.column("""
                    select pgque.nack(batch_id, m, '1 hour', 'no') from pgque.receive_coop({q}, 'c', '%s') m""".formatted(member))).containsExactly("1");
            ack(member);
            queue.retryNow();
        }
        assertThat(receive("a", 9)).isEmpty();
        assertThat(queue.value("""
                select co_name || ' ' || ev_data || ' ' || dl_reason
                  from pgque.dlq_inspect({q}) join pgque.consumer on co_id = dl_consumer_id""")).isEqualTo("c 1 no");
        queue.run("select pgque.dlq_replay_all({q})");
        queue.tick();
        assertThat(receive("b", 9)).containsExactly("1");
    }

    @Test
    void aMemberThatLeavesWithAnOpenBatchLeavesItsMessages() {
        register("a", "b");
        queue.sendNumbers(3);
        batch("a");
        receive("a", 2);
        assertThatThrownBy(() -> queue.value("select pgque.unregister_subconsumer({q}, 'c', 'a')"))
                .hasMessageContaining("subconsumer %s/c/a has an open batch".formatted(queue.name()));
        ack("a");
        assertThatThrownBy(() -> queue.value("select pgque.unsubscribe_subconsumer({q}, 'c', 'a')"))
                .as("of its part, one is left")
                .hasMessageContaining("has an open batch");
        assertThat(queue.value("select pgque.unsubscribe_subconsumer({q}, 'c', 'a', 1)"))
                .isEqualTo("1");
        assertThat(queue.value("select pgque.unregister_subconsumer({q}, 'c', 'a')"))
                .isEqualTo("0");
        queue.run("select pgque.maint_retry_events()");
        queue.tick();
        assertThat(queue.column("select payload || retry_count from pgque.receive_coop({q}, 'c', 'b')"))
                .containsExactly("31");
    }

    @Test
    void theLastMemberGoneTheConsumerIsNormalAgain() {
        register("a", "b");
        queue.sendNumbers(2);
        assertThat(receive("a", 1)).containsExactly("1");
        ack("a");
        queue.run("select pgque.unregister_subconsumer({q}, 'c', 'a')");
        assertThat(roles()).isEqualTo("c coop_main, c.b coop_member");
        queue.run("select pgque.unregister_subconsumer({q}, 'c', 'b')");
        assertThat(roles()).isEqualTo("c normal");
        assertThat(queue.column("select payload from pgque.receive({q}, 'c')")).containsExactly("2");
        queue.run("select pgque.finish_batch(pgque.next_batch({q}, 'c'))");
        assertThat(queue.value("select pgque.unregister_consumer({q}, 'c')")).isEqualTo("1");
    }

    @Test
    void aNormalConsumerIsMadeCooperativeOnlyWhenAskedFor() {
        queue.run("select pgque.register_consumer({q}, 'c')");
        queue.sendNumbers(2);
        assertThatThrownBy(() -> receive("a", 1)).hasMessageContaining("is a normal consumer");
        queue.run("select pgque.next_batch({q}, 'c')");
        assertThatThrownBy(() -> queue.run("select pgque.register_subconsumer({q}, 'c', 'a', true)"))
                .hasMessageContaining("has an open batch");
        // one event done, in the middle of a window
        queue.run("select pgque.ack(batch_id) from pgque.receive({q}, 'c', 1)");
        assertThat(queue.value("select pgque.subscribe_subconsumer({q}, 'c', 'a', true)"))
                .isEqualTo("1");
        assertThat(queue.value("select pgque.subscribe_subconsumer({q}, 'c', 'a')"))
                .isEqualTo("0");
        assertThat(receive("a", 9)).containsExactly("2");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            pgque.receive({q}, 'c')                   | /c has cooperative members: use receive_coop
            pgque.next_batch({q}, 'c')                | /c has cooperative members: use receive_coop
            pgque.next_batch_info({q}, 'c')           | /c has cooperative members: use receive_coop
            pgque.receive({q}, 'c.a')                 | /c.a is a member of a cooperative consumer: use receive_coop
            pgque.next_batch({q}, 'c.a')              | /c.a is a member of a cooperative consumer: use receive_coop
            pgque.register_consumer_at({q}, 'c.a', 1) | /c.a is a member of a cooperative consumer
            pgque.unregister_consumer({q}, 'c')       | has cooperative members: unregister them first
            pgque.unregister_consumer({q}, 'c.a')     | use unregister_subconsumer
            pgque.register_subconsumer({q}, 'c.a', 'b') | /c.a is itself a member
            pgque.register_subconsumer({q}, 'c', '')  | a subconsumer needs a name
            pgque.register_subconsumer({q}, 'c', 'x#') | has no "#"
            pgque.register_subconsumer({q}, 'taken', 'name') | would be named taken.name
            pgque.register_subconsumer('none', 'c', 'a') | Event queue not created yet
            pgque.receive_coop({q}, 'c', 'a', 0)      | max_return must be >= 1
            pgque.unregister_subconsumer({q}, 'c', 'a', 2) | batch_handling is 0""")
    void refuses(String call, String message) {
        register("a");
        queue.run("select pgque.register_consumer({q}, 'taken.name')");
        assertThatThrownBy(() -> queue.column("select " + call)).hasMessageContaining(message);
    }

    @Test
    void theBatchOfAGroupAsAWholeCantBeFinished() {
        register("a");
        queue.sendNumbers(1);
        // no call makes one
        queue.run("""
                insert into howdah_stream.position (pos_sub, pos_version, pos_last_tick, pos_next_tick, pos_batch)
                select sub_no, 99, pos_last_tick, pos_last_tick, -1
                  from howdah_stream.subscriber(%s, 'c') cross join howdah_stream.position(sub_no)""".formatted(queue.sql("{q}")));
        assertThatThrownBy(() -> queue.run("select pgque.finish_batch(-1)"))
                .hasMessageContaining("is that of a cooperative consumer as a whole");
        queue.run("delete from howdah_stream.position where pos_version = 99");
    }

    @Test
    void anOpenBatchHoldsItsTableBack() {
        queue.run("select pgque.set_queue_config({q}, 'rotation_period', '1 microsecond')");
        register("a", "b");
        queue.sendNumbers(3);
        assertThat(receive("a", 1)).containsExactly("1");
        assertThat(receive("b", 9)).containsExactly("2", "3");
        ack("b");
        rotate();
        // the group is far beyond, its member is not
        queue.sendNumbers(1);
        assertThat(receive("b", 9)).containsExactly("1");
        ack("b");
        rotate();
        assertThat(stored()).isEqualTo("4");
        assertThat(receive("a", 1)).containsExactly("1");
        ack("a");
        rotate();
        assertThat(stored()).isEqualTo("0");
    }

    private void rotate() {
        for (int i = 0; i < 6; i++) {
            queue.run("select pgque.maint_rotate_tables_step1({q})");
            queue.run("select howdah_stream.compact(0)");
            assertThat(receive("b", 1)).isEmpty(); // past the ticks that sealed the tables
        }
    }

    private String stored() {
        String table = queue.value("select queue_data_pfx from pgque.queue where queue_name = {q}");
        return queue.value("select count(*) from " + table);
    }

    @Test
    void aQueueIsDroppedWithItsGroup() {
        register("a", "b");
        queue.sendNumbers(3);
        receive("a", 1);
        assertThatThrownBy(() -> queue.run("select pgque.drop_queue({q})"))
                .hasMessageContaining("cannot drop queue, consumers still attached");
        assertThat(queue.value("select pgque.drop_queue({q}, true)")).isEqualTo("1");
        assertThat(queue.value(
                        "select count(*) from howdah_stream.subscriber s left join pgque.queue on queue_id = sub_queue"
                                + " where queue_id is null"))
                .isEqualTo("0");
    }
}
