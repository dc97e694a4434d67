package dev.howdah.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.howdah.core.HowdahException;
import dev.howdah.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bad input, and what is said about it: the texts are those that clients know, the others our own. */
class StreamErrorsTest {

    @AutoClose
    static final TestDatabase database = TestDatabase.installed();

    private static String batch;
    private static String event;

    /** q has an open batch of c with one event; the other queues are as their names say. */
    @BeforeAll
    static void fill() {
        database.run("""
                select pgque.create_queue(q) from unnest('{q,disabled,external,paused,dropping}'::text[]) q;
                update pgque.queue set queue_disable_insert = true where queue_name = 'disabled';
                select pgque.set_queue_config('external', 'external_ticker', 'true');
                select pgque.set_queue_config('paused', 'ticker_paused', 'true');
                select pgque.register_consumer('q', 'c'), pgque.register_consumer('dropping', 'c')""");
        event = database.value("select pgque.send('q', 'payload')");
        database.run("select pgque.force_tick('q')");
        database.run("select pgque.ticker('q')");
        batch = database.value("select pgque.next_batch('q', 'c')");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            # queues
            create_queue(null) | P0001 | Invalid NULL value
            create_queue('') | 42622 | a queue's name has 1 to 57 bytes, this one has 0:
            create_queue(repeat('ü', 29)) | 42622 | a queue's name has 1 to 57 bytes, this one has 58: üüüüüüüüüüüüüüüüüüüüüüüüüüüüü
            drop_queue('nope') | P0001 | No such event queue
            drop_queue('nope', true) | P0001 | No such event queue
            drop_queue('dropping') | P0001 | cannot drop queue, consumers still attached
            drop_queue('dropping', false) | P0001 | cannot drop queue, consumers still attached
            set_queue_config('nope', 'ticker_max_count', '1') | P0001 | No such event queue
            set_queue_config('q', 'x', '1') | P0001 | cannot change parameter "x"
            set_queue_config('q', 'data_pfx', 'x') | P0001 | cannot change parameter "data_pfx"
            set_queue_config('q', null, '1') | P0001 | cannot change parameter "<NULL>"
            set_queue_config('q', 'ticker_max_count', '0') | 22023 | set_queue_config: ticker_max_count must be > 0, got 0
            set_queue_config('q', 'ticker_max_lag', '-1 s') | 22023 | set_queue_config: ticker_max_lag must be > 0, got -1 s
            set_queue_config('q', 'ticker_idle_period', '0') | 22023 | set_queue_config: ticker_idle_period must be > 0, got 0
            set_queue_config('q', 'rotation_period', '0 h') | 22023 | set_queue_config: rotation_period must be > 0, got 0 h
            set_queue_config('q', 'batch_max_count', '-7') | 22023 | set_queue_config: batch_max_count must be > 0, got -7
            set_queue_config('q', 'max_retries', '-1') | 22023 | set_queue_config: max_retries must be >= 0, got -1
            set_queue_config('q', 'max_retries', 'many') | 22023 | set_queue_config: max_retries can't be 'many'
            set_queue_config('q', 'ticker_max_count', '99999999999') | 22023 | set_queue_config: ticker_max_count can't be '99999999999'
            set_queue_config('q', 'ticker_max_lag', 'soon') | 22023 | set_queue_config: ticker_max_lag can't be 'soon'
            set_queue_config('q', 'external_ticker', 'perhaps') | 22023 | set_queue_config: external_ticker can't be 'perhaps'
            grant_perms('nope') | P0001 | No such event queue
            tune_storage('nope') | P0001 | No such event queue
            # events go in
            insert_event('nope', 'type', 'data') | P0001 | queue not found: nope
            insert_event('nope', 'type', 'data', null, null, null, null) | P0001 | queue not found: nope
            insert_event(null, 'type', 'data') | P0001 | queue not found: <NULL>
            insert_event('disabled', 'type', 'data') | P0001 | Insert into queue disallowed
            insert_event_bulk('nope', 'type', '{data}') | P0001 | queue not found: nope
            insert_event_bulk('disabled', 'type', '{data}') | P0001 | Insert into queue disallowed
            insert_event_raw('nope', 1, now(), null, null, 'type', 'data', null, null, null, null) | P0001 | queue not found: nope
            send('nope', 'payload') | P0001 | queue not found: nope
            send('nope', '{}'::jsonb) | P0001 | queue not found: nope
            send('nope', 'type', 'payload') | P0001 | queue not found: nope
            send('nope', 'type', 'payload', 'key') | P0001 | queue not found: nope
            send('disabled', 'payload') | P0001 | Insert into queue disallowed
            send_batch('q', null::text[]) | P0001 | payloads must not be null
            send_batch('q', null::jsonb[]) | P0001 | payloads must not be null
            send_batch('q', 'type', null::text[]) | P0001 | payloads must not be null
            send_batch('nope', '{a}'::text[]) | P0001 | queue not found: nope
            current_event_table('nope') | P0001 | Event queue not found
            current_event_table('disabled') | P0001 | Insert into queue disallowed
            # consumers
            register_consumer('nope', 'c') | P0001 | Event queue not created yet
            register_consumer_at('nope', 'c', 1) | P0001 | Event queue not created yet
            register_consumer_at('q', 'c', 4711) | P0001 | cannot reposition, tick not found: 4711
            register_consumer_at('q', 'new', 4711) | P0001 | cannot reposition, tick not found: 4711
            register_consumer('q', 'c#0/4') | 42602 | a consumer's name has no "#", which is for partition slots: c#0/4
            register_consumer('q', null) | 42602 | a consumer needs a name
            subscribe('nope', 'c') | P0001 | Event queue not created yet
            next_batch('q', 'nobody') | P0001 | Not subscriber to queue: q/nobody
            next_batch('nope', 'c') | P0001 | Not subscriber to queue: nope/c
            next_batch_info('q', 'nobody') | P0001 | Not subscriber to queue: q/nobody
            next_batch_custom('q', 'nobody', null, null, null) | P0001 | Not subscriber to queue: q/nobody
            receive('q', 'nobody') | P0001 | Not subscriber to queue: q/nobody
            receive('q', 'c', 0) | 22023 | max_return must be >= 1
            receive('q', 'c', null) | 22023 | max_return must be >= 1
            # batches
            get_batch_events(4711) | P0001 | batch not found
            get_batch_events(null) | P0001 | batch not found
            get_batch_cursor(4711, 'cursor', 10) | P0001 | batch not found
            get_batch_cursor(4711, 'cursor', 10, 'true') | P0001 | batch not found
            get_batch_cursor({batch}, null, 10) | P0001 | a cursor needs a name and a number of events to give at once
            batch_event_sql(4711) | P0001 | batch not found
            batch_event_tables(4711) | P0001 | batch not found
            event_retry(4711, 1, 10) | P0001 | event not found
            event_retry({batch}, 4711, 10) | P0001 | event not found
            event_retry({batch}, 4711, now()) | P0001 | event not found
            event_retry_raw('q', 'nobody', now(), 1, now(), 0, 'type', 'data', '', '', '', '') | P0001 | Not subscriber to queue: q/nobody
            batch_retry(4711, 10) | P0001 | batch_retry: batch 4711 not found
            nack(4711, row(1, 4711, '', '', 0, now(), '', '', '', '')::pgque.message) | P0001 | batch not found: 4711
            nack({batch}, row(4711, {batch}, '', '', 0, now(), '', '', '', '')::pgque.message) | P0001 | msg_id 4711 not found in batch {batch}
            nack({batch}, null) | P0001 | msg_id <NULL> not found in batch {batch}
            event_dead(4711, 1, 'reason', now(), null, 0, 'type', 'data') | P0001 | batch not found: 4711
            # dead letters
            dlq_inspect('nope') | P0001 | queue not found: nope
            dlq_replay(4711) | P0001 | dead letter entry not found: 4711
            dlq_replay_all('nope') | P0001 | queue not found: nope
            dlq_purge('nope') | P0001 | queue not found: nope
            # ticks and maintenance
            ticker('nope') | P0001 | no such queue
            ticker('external') | P0001 | This queue has external tick source.
            ticker('paused') | P0001 | Ticker has been paused for this queue
            ticker('nope', 1, now(), 1) | P0001 | no such queue
            ticker('q', 4711, now(), 1) | P0001 | This queue has no external tick source
            ticker('external', 1, now(), 1) | P0001 | tick 1 is not after the last one, 1
            force_tick('nope') | P0001 | no such queue
            force_tick('external') | P0001 | This queue has external tick source.
            force_next_tick('paused') | P0001 | Ticker has been paused for this queue
            maint_rotate_tables_step1('nope') | P0001 | no such queue
            set_tick_period_ms(7) | 22023 | set_tick_period_ms: the period must divide 1000 milliseconds evenly, got 7
            """)
    void says(String call, String state, String text) {
        String sql = "select * from pgque." + call.replace("{batch}", batch);

        HowdahException error = catchThrowableOfType(HowdahException.class, () -> database.run(sql));

        assertThat(error).as(sql).isNotNull();
        assertThat(error.getMessage().strip()).isEqualTo(text.replace("{batch}", batch));
        assertThat(error.sqlState()).contains(state);
    }

    /** What names nothing, and is no error. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            create_queue('q') | 0
            register_consumer('q', 'c') | 0
            unregister_consumer('q', 'nobody') | 0
            unregister_consumer('nope', 'c') | 0
            unsubscribe('q', 'nobody') | 0
            (select count(*) from pgque.get_queue_info('nope')) | 0
            (select count(*) from pgque.get_consumer_info('nope')) | 0
            (select count(*) from pgque.get_consumer_info('q', 'nobody')) | 0
            (select queue_name from pgque.get_batch_info(4711)) | null
            (select count(*) from pgque.dlq_inspect('q')) | 0
            send_batch('q', '{}'::text[]) | {}
            finish_batch(4711) | 0
            ack(4711) | 0
            """)
    void isNoError(String call, String value) {
        assertThat(database.value("select " + (call.startsWith("(") ? call : "pgque." + call)))
                .isEqualTo(value);
    }

    @Test
    void finishingABatchThatIsNotOpenWarns() throws SQLException {
        try (Connection connection = database.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("select pgque.finish_batch(4711)");

            assertThat(statement.getWarnings().getMessage()).isEqualTo("finish_batch: batch 4711 not found");
        }
    }

    @Test
    void anEventWaitsForItsRetryOnce() {
        String retry = "select pgque.event_retry(%s, %s, 3600)".formatted(batch, event);

        assertThat(database.value(retry)).isEqualTo("1");
        assertThat(database.value(retry)).isEqualTo("0");
    }

    @Test
    void aTickWantsASnapshotOfItsOwn() throws SQLException {
        try (Connection connection = database.dataSource().getConnection()) {
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            assertThat(TestLogin.tried(connection, "select pgque.create_queue('repeatable')"))
                    .isEqualTo("25001");
        }
    }
}
