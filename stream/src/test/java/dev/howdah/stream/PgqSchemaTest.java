package dev.howdah.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.howdah.testkit.TestDatabase;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What schema pgq does, said as its callers say it, arguments by name. */
class PgqSchemaTest {

    @AutoClose
    static final TestDatabase database = TestDatabase.installed();

    private static final AtomicInteger QUEUES = new AtomicInteger();

    private final String queue = "queue " + QUEUES.incrementAndGet();

    @BeforeEach
    void createQueue() {
        call("create_queue(i_queue_name => :q)");
        register("c");
    }

    @Test
    void queuesAndConsumersAreMadeOnce() {
        assertThat(call("create_queue(i_queue_name => :q)")).isEqualTo("0");
        assertThat(call("create_queue(i_queue_name => 'another')")).isEqualTo("1");
        assertThat(register("c")).isEqualTo("0");
        assertThat(register("d")).isEqualTo("1");
        assertThat(call("unregister_consumer(x_queue_name => :q, x_consumer_name => 'd')"))
                .isEqualTo("1");
        assertThat(call("unregister_consumer(x_queue_name => :q, x_consumer_name => 'd')"))
                .isEqualTo("0");
    }

    @Test
    void aBatchComesAgainUntilItIsFinished() {
        assertThat(nextBatch("c")).isEqualTo("null");
        insert("one");
        call("""
                insert_event(queue_name => :q, ev_type => 'type', ev_data => 'two', ev_extra1 => '1', ev_extra2 => '2',
                             ev_extra3 => '3', ev_extra4 => '4')""");
        tick();
        String batch = nextBatch("c");
        assertThat(nextBatch("c")).isEqualTo(batch);
        assertThat(select(
                        "ev_data || coalesce(ev_extra1 || ev_extra2 || ev_extra3 || ev_extra4, '')",
                        "get_batch_events(x_batch_id => %s)",
                        batch))
                .containsExactly("one", "two1234");
        assertThat(call("finish_batch(x_batch_id => %s)", batch)).isEqualTo("1");
        assertThat(call("finish_batch(x_batch_id => %s)", batch)).isEqualTo("0");
        assertThat(nextBatch("c")).isEqualTo("null");
    }

    @Test
    void aBatchIsAskedForWithMinimums() {
        insert("one");
        tick();
        String custom =
                "next_batch_custom(i_queue_name => :q, i_consumer_name => 'c', i_min_lag => %s, i_min_count => %s,"
                        + " i_min_interval => %s)";
        assertThat(select("batch_id", custom, "'1 hour'", "null", "null")).containsExactly("null");
        assertThat(select("batch_id", custom, "null", "1000000", "null")).containsExactly("null");
        assertThat(select("batch_id", custom, "null", "null", "'1 hour'")).containsExactly("null");
        String columns = "(batch_id, prev_tick_id, cur_tick_id, prev_tick_event_seq, cur_tick_event_seq >= 1)";
        assertThat(select(columns, custom, "'0'", "1", "null")).containsExactly("(" + nextBatch("c") + ",1,2,0,t)");
        assertThat(select("cur_tick_id", "next_batch_info(i_queue_name => :q, i_consumer_name => 'c')"))
                .containsExactly("2");
    }

    @Test
    void aCursorGivesAFewEventsAtOnceAndTheRestLater() {
        insert("one");
        insert("two");
        insert("three");
        tick();
        String batch = nextBatch("c");
        assertThat(select("ev_data", "get_batch_cursor(%s, 'some', 2)", batch)).containsExactly("one", "two");
        assertThat(select("ev_data", "get_batch_cursor(%s, 'some', 9, $$ev_data like 't%%'$$)", batch))
                .containsExactly("two", "three");
        database.run("""
                do $$
                declare
                    v_rest refcursor := 'rest';
                    v_event record;
                begin
                    perform pgq.get_batch_cursor(i_batch_id => %s, i_cursor_name => 'rest', i_quick_limit => 1);
                    fetch v_rest into v_event;
                    assert v_event.ev_data = 'two';
                end
                $$""".formatted(batch));
    }

    @Test
    void aRetriedEventComesBackToItsConsumerAlone() {
        register("d");
        String event = insert("one");
        tick();
        String batch = nextBatch("c");
        assertThat(call("event_retry(x_batch_id => %s, x_event_id => %s, x_retry_seconds => 0)", batch, event))
                .isEqualTo("1");
        assertThat(call("event_retry(x_batch_id => %s, x_event_id => %s, x_retry_time => now())", batch, event))
                .isEqualTo("0");
        assertThat(call("batch_retry(i_batch_id => %s, i_retry_seconds => 0)", batch))
                .isEqualTo("0");
        call("finish_batch(%s)", batch);
        call("finish_batch(%s)", nextBatch("d"));
        assertThat(call("maint_retry_events()")).isEqualTo("1");
        tick();
        assertThat(select("(ev_id, ev_data, ev_retry)", "get_batch_events(%s)", nextBatch("c")))
                .containsExactly("(" + event + ",one,1)");
        assertThat(select("ev_id", "get_batch_events(%s)", nextBatch("d"))).isEmpty();
    }

    @Test
    void aFailedEventStaysWithItsConsumerUntilItIsRetriedOrDeleted() {
        String one = insert("one");
        String two = insert("two");
        String three = insert("three");
        tick();
        String batch = nextBatch("c");
        for (String event : List.of(one, two, three)) {
            assertThat(call("event_failed(batch_id => %s, event_id => %s, reason => 'no use')", batch, event))
                    .isEqualTo("1");
        }
        assertThat(call("event_failed(%s, %s, 'again')", batch, one)).isEqualTo("0");
        call("finish_batch(%s)", batch);
        assertThat(select("(ev_id, ev_type, ev_data)", "failed_event_list(queue_name => :q, consumer => 'c')"))
                .containsExactly("(" + one + ",type,one)", "(" + two + ",type,two)", "(" + three + ",type,three)");
        assertThat(select("ev_data", "failed_event_list(:q, 'c', cnt => 1, \"offset\" => 1)"))
                .containsExactly("two");
        assertThat(call("failed_event_count(queue_name => :q, consumer => 'c')"))
                .isEqualTo("3");
        assertThat(call("failed_event_count(:q, 'd')")).isEqualTo("0");

        assertThat(call("failed_event_delete(queue_name => :q, consumer => 'c', event_id => %s)", one))
                .isEqualTo("1");
        register("d");
        String again = call("failed_event_retry(queue_name => :q, consumer => 'c', event_id => %s)", two);
        assertThat(select("ev_data", "failed_event_list(:q, 'c')")).containsExactly("three");
        tick();
        assertThat(select("(ev_id, ev_data)", "get_batch_events(%s)", nextBatch("c")))
                .containsExactly("(" + again + ",two)");
        assertThat(select("ev_data", "get_batch_events(%s)", nextBatch("d"))).isEmpty();

        call("unregister_consumer(:q, 'c')");
        assertThat(call("failed_event_count(:q, 'c')")).isEqualTo("1");
    }

    @Test
    void aConsumerIsMovedToAnOlderTick() {
        insert("one");
        tick();
        call("finish_batch(%s)", nextBatch("c"));
        assertThat(call("register_consumer_at(x_queue_name => :q, x_consumer_name => 'c', x_tick_pos => 1)"))
                .isEqualTo("0");
        assertThat(select("ev_data", "get_batch_events(%s)", nextBatch("c"))).containsExactly("one");
    }

    @Test
    void whatThereIsIsTold() {
        insert("one");
        tick();
        String batch = nextBatch("c");
        assertThat(select("(queue_ntables, last_tick_id, ticker_lag < '1 hour')", "get_queue_info(i_queue_name => :q)"))
                .containsExactly("(3,2,t)");
        assertThat(select("consumer_name", "get_consumer_info(i_queue_name => :q)"))
                .containsExactly("c");
        String ofConsumer = "get_consumer_info(i_queue_name => :q, i_consumer_name => 'c')";
        assertThat(select("(last_tick, current_batch, next_tick)", ofConsumer)).containsExactly("(1," + batch + ",2)");
        String columns = "(consumer_name, prev_tick_id, tick_id, batch_start <= batch_end)";
        assertThat(select(columns, "get_batch_info(x_batch_id => %s)", batch)).containsExactly("(c,1,2,t)");
        assertThat(select("queue_name", "get_queue_info()")).contains(queue);
        assertThat(select("queue_name", "get_queue_info('none')")).isEmpty();
        assertThat(select("queue_name", "get_batch_info(-1)")).containsExactly("null");
        assertThat(call("version()")).isGreaterThanOrEqualTo("3");
    }

    @Test
    void aQueueIsDroppedWithItsConsumersOnlyByForce() {
        assertThatThrownBy(() -> call("drop_queue(x_queue_name => :q)"))
                .hasMessageContaining("cannot drop queue, consumers still attached");
        assertThat(call("drop_queue(x_queue_name => :q, x_force => true)")).isEqualTo("1");
        assertThat(select("queue_name", "get_queue_info(:q)")).isEmpty();
    }

    @Test
    void otherToolsSwitchInsertsAndTickersInThePgqQueueView() {
        database.run(
                "update pgq.queue set queue_disable_insert = true, queue_external_ticker = true where queue_name = '"
                        + queue + "'");
        assertThatThrownBy(() -> insert("one")).hasMessageContaining("Insert into queue disallowed");
        assertThatThrownBy(() -> call("ticker(i_queue_name => :q)"))
                .hasMessageContaining("This queue has external tick source.");
        assertThat(call("ticker(i_queue_name => :q, i_tick_id => 7, i_orig_timestamp => now(), i_event_seq => 70)"))
                .isEqualTo("7");
        assertThat(database.column("""
                select tick_id || ' ' || (txid_snapshot_xmin(tick_snapshot) > 0)
                  from pgq.tick join pgq.queue on queue_id = tick_queue
                 where queue_name = '%s' order by tick_id""".formatted(queue))).containsExactly("1 true", "7 true");
    }

    @Test
    void maintenanceNamesFunctionsOfThisSchema() {
        call("set_queue_config(x_queue_name => :q, x_param_name => 'rotation_period', x_param_value => '1 us')");
        List<String> operations = select("func_name", "maint_operations()");
        assertThat(operations).contains("pgq.maint_rotate_tables_step1", "pgq.maint_rotate_tables_step2");
        assertThat(operations)
                .allSatisfy(function -> assertThat(database.value("select to_regproc('" + function + "')"))
                        .isEqualTo(function));
        assertThat(call("maint_rotate_tables_step1(i_queue_name => :q)")).isEqualTo("1");
        assertThat(call("maint_rotate_tables_step2()")).isEqualTo("0");
        assertThat(database.value("select queue_cur_table from pgq.queue where queue_name = '" + queue + "'"))
                .isEqualTo("1");
    }

    @Test
    void otherToolsTablesReferToConsumersByName() {
        database.run("create table public.node (consumer text references pgq.consumer (co_name))");
        database.run("insert into public.node values ('c')");
        assertThatThrownBy(() -> database.run("insert into public.node values ('unknown')"))
                .hasMessageContaining("foreign key");
    }

    @Test
    void aSequenceIsSetForwardAndNeverBack() {
        database.run("create sequence public.\"Some seq\"");
        assertThat(call("seq_setval(i_seq_name => 'public.Some seq', i_new_value => 10)"))
                .isEqualTo("10");
        assertThat(call("seq_setval('Some seq', 5)")).isEqualTo("10");
        assertThat(call("seq_getval(i_seq_name => 'Some seq')")).isEqualTo("10");
        assertThat(call("quote_fqname(i_name => 'Some seq')")).isEqualTo("public.\"Some seq\"");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "create_queue(null) | Invalid NULL value",
                "drop_queue('none') | No such event queue",
                "set_queue_config(:q, 'ticker_max_count', '0') | set_queue_config: ticker_max_count must be > 0, got 0",
                "set_queue_config(:q, 'x', '0') | cannot change parameter \"x\"",
                "insert_event('none', 'type', 'data') | queue not found: none",
                "current_event_table('none') | Event queue not found",
                "register_consumer('none', 'c') | Event queue not created yet",
                "register_consumer_at(:q, 'c', 99) | cannot reposition, tick not found: 99",
                "next_batch('none', 'c') | Not subscriber to queue: none/c",
                "get_batch_events(-1) | batch not found",
                "get_batch_cursor(-1, 'x', 1) | batch not found",
                "batch_event_sql(-1) | batch not found",
                "event_retry(-1, 1, 1) | event not found",
                "event_failed(-1, 1, 'x') | event not found",
                "batch_retry(-1, 1) | batch_retry: batch -1 not found",
                "failed_event_retry(:q, 'c', 1) | event not found",
                "failed_event_delete(:q, 'c', 1) | event not found",
                "failed_event_list('none', 'c') | queue not found: none",
                "ticker('none') | no such queue",
            })
    void whatIsWrongIsSaid(String call, String error) {
        assertThatThrownBy(() -> call(call)).hasMessageContaining(error);
    }

    private String insert(String data) {
        return call("insert_event(queue_name => :q, ev_type => 'type', ev_data => '%s')", data);
    }

    private String register(String consumer) {
        return call("register_consumer(x_queue_name => :q, x_consumer_id => '%s')", consumer);
    }

    private String nextBatch(String consumer) {
        return call("next_batch(i_queue_name => :q, i_consumer_name => '%s')", consumer);
    }

    private void tick() {
        call("force_tick(i_queue_name => :q)");
        assertThat(call("ticker(i_queue_name => :q)")).isNotEqualTo("null");
    }

    /** What a function of pgq answers; {@code :q} is the test's queue. */
    private String call(String function, Object... values) {
        return database.value("select pgq." + filled(function, values));
    }

    private List<String> select(String columns, String function, Object... values) {
        return database.column("select " + columns + " from pgq." + filled(function, values));
    }

    private String filled(String function, Object... values) {
        return (values.length == 0 ? function : function.formatted(values)).replace(":q", "'" + queue + "'");
    }
}
