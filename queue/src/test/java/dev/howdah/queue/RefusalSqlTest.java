package dev.howdah.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.testkit.TestDatabase;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bad input: each a clear error at the door, and nothing is changed. */
class RefusalSqlTest {

    private static final TestDatabase DATABASE = TestDatabase.installed();
    private static String before;

    @BeforeAll
    static void createWhatThereIs() {
        DATABASE.run("call pgpro_queue.create_queue('q')");
        DATABASE.run("call pgpro_queue.create_queue('dead', 'D')");
        DATABASE.run("call pgpro_queue.create_queue('has_dead', queue_dlq => 'dead')");
        DATABASE.run("create procedure fine(jsonb) language sql as ''; create function no_procedure(jsonb) returns int"
                + " language sql as 'select 1'; create procedure other_parameters(int) language sql as ''");
        for (String type : new String[] {"fanout", "direct", "topic", "headers"}) {
            DATABASE.run("select pgpro_queue.create_exchange('" + type + "', '" + type + "')");
        }
        DATABASE.run("select pgpro_queue.bind_queue('q', 'direct', 'k')");
        DATABASE.run("call pgpro_queue.register_callback('has_dead', 'fine(jsonb)')");
        before = everything();
    }

    @AfterAll
    static void drop() {
        DATABASE.close();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            call pgpro_queue.create_queue('q')                                      | 42710 | queue "q" already exists
            call pgpro_queue.create_queue(null)                                     | 42602 | invalid queue name "(null)": it has letters, digits and underscores only
            call pgpro_queue.create_queue('a-b')                                    | 42602 | invalid queue name "a-b": it has letters, digits and underscores only
            call pgpro_queue.create_queue('')                                       | 42602 | invalid queue name "": it has letters, digits and underscores only
            call pgpro_queue.create_queue('x23456789012345678901234567890123456789012345678901234')  | none | none
            call pgpro_queue.create_queue('x234567890123456789012345678901234567890123456789012345') | 42622 | invalid queue name "x234567890123456789012345678901234567890123456789012345": it has more than 54 symbols
            call pgpro_queue.create_queue('n', 'X')                                 | 22023 | invalid queue type "X": N is a normal queue, D a dead-letter queue
            call pgpro_queue.create_queue('n', queue_retries => -1)                 | 22023 | a queue's retries can't be negative, got -1
            call pgpro_queue.create_queue('n', queue_retry_delay => -1)             | 22023 | a queue's retry delay can't be negative, got -1
            call pgpro_queue.create_queue('n', queue_dlq => 'nope')                 | 42704 | queue "nope" does not exist
            call pgpro_queue.create_queue('n', queue_dlq => 'q')                    | 42809 | queue "q" is no dead-letter queue: its type is N, not D
            call pgpro_queue.create_queue('n', 'D', 'dead')                         | 55000 | a dead-letter queue has none itself
            call pgpro_queue.alter_queue('nope', new_retries => 1)                  | 42704 | queue "nope" does not exist
            call pgpro_queue.alter_queue('q', new_retries => -1)                    | 22023 | a queue's retries can't be negative, got -1
            call pgpro_queue.alter_queue('dead', 'N')                               | 55000 | queue "dead" must stay a dead-letter queue: it is that of other queues
            call pgpro_queue.alter_queue('has_dead', 'D')                           | 55000 | queue "has_dead" can't be a dead-letter queue: it has one itself
            call pgpro_queue.set_queue_backoff('q', 0.5)                            | 22023 | a backoff needs a factor from 1 to 1000 and a longest delay of 0 or more seconds, got 0.5 and 86400
            call pgpro_queue.drop_queue('nope')                                     | 42704 | queue "nope" does not exist
            call pgpro_queue.drop_queue('dead')                                     | 2BP01 | cannot drop queue "dead": it is the dead-letter queue of "has_dead"
            select pgpro_queue.get_queue_table('nope')                              | 42704 | queue "nope" does not exist
            call pgpro_queue.grant_queue_access('q', 'no_such_role')                | 42704 | role "no_such_role" does not exist
            call pgpro_queue.grant_queue_access('q', 99::oid)                       | 42704 | role with OID 99 does not exist
            call pgpro_queue.insert_message('nope', '1')                            | 42704 | queue "nope" does not exist
            call pgpro_queue.insert_message(null, '1')                              | 42704 | queue "(null)" does not exist
            call pgpro_queue.insert_message('q', null)                              | 22004 | a message needs a body, this one is null
            call pgpro_queue.insert_message('q', '1', null)                         | 22004 | a message needs a priority, this one's is null
            call pgpro_queue.insert_message('q', '1', 0, '[]')                      | 22023 | a message's properties are a JSON object, got []
            call pgpro_queue.insert_message('q', '1', 0, null)                      | 22023 | a message's properties are a JSON object, got null
            call pgpro_queue.insert_message('q', '1', q_msg_retries => -1)          | 22023 | a message's retries can't be negative, got -1
            call pgpro_queue.insert_message('q', '1', q_msg_retrydelay => -5)       | 22023 | a message's retry delay can't be negative, got -5
            call pgpro_queue.insert_message('q', '{')                               | 22P02 | invalid input syntax for type json
            call pgpro_queue.insert_message_xml('q', '<a>')                         | 2200N | invalid XML content
            select pgpro_queue.read_message('nope')                                 | 42704 | queue "nope" does not exist
            select pgpro_queue.read_message_by_id('nope', 1)                        | 42704 | queue "nope" does not exist
            select pgpro_queue.create_exchange('direct', 'direct')                  | 42710 | exchange "direct" already exists
            select pgpro_queue.create_exchange('e.e')                               | 42602 | invalid exchange name "e.e": it has letters, digits and underscores only
            select pgpro_queue.create_exchange('e', 'odd')                          | 22023 | invalid exchange type "odd": it is fanout, direct, topic or headers
            select pgpro_queue.drop_exchange('nope')                                | 42704 | exchange "nope" does not exist
            select pgpro_queue.drop_exchange('direct')                              | 2BP01 | cannot drop exchange "direct": 1 queue(s) are bound to it, among them "q"
            select pgpro_queue.bind_queue('q', 'direct', 'k')                       | 42710 | queue "q" is already bound to exchange "direct" with key "k"
            select pgpro_queue.bind_queue('q', 'direct')                            | 22023 | exchange "direct" is of type direct: a binding needs a key
            select pgpro_queue.bind_queue('q', 'fanout', 'k')                       | 22023 | exchange "fanout" is of type fanout: a binding has no key, got "k"
            select pgpro_queue.bind_queue('q', 'headers', 'k')                      | 22023 | exchange "headers" is of type headers: a binding's key is a JSON object of properties, got "k"
            select pgpro_queue.bind_queue('nope', 'direct', 'k')                    | 42704 | queue "nope" does not exist
            select pgpro_queue.bind_queue('q', 'nope', 'k')                         | 42704 | exchange "nope" does not exist
            select pgpro_queue.unbind_queue('q', 'direct', 'other')                 | 42704 | queue "q" is not bound to exchange "direct" with key "other"
            select pgpro_queue.unbind_queue('q', 'fanout')                          | 42704 | queue "q" is not bound to exchange "fanout"
            call pgpro_queue.publish_message('nope', 'k', '1')                      | 42704 | exchange "nope" does not exist
            call pgpro_queue.publish_message('direct', 'k', null)                   | 22004 | a message needs a body, this one is null
            call pgpro_queue.grant_publish_access('direct', 'no_such_role')         | 42704 | role "no_such_role" does not exist
            call pgpro_queue.register_callback('q', 'nope(jsonb)')                  | 42704 | cannot register callback "nope(jsonb)": there is no such procedure
            call pgpro_queue.register_callback('q', 'no_procedure(jsonb)')          | 42704 | cannot register callback "no_procedure(jsonb)": it is a function, not a procedure
            call pgpro_queue.register_callback('q', 'other_parameters(int)')        | 42704 | cannot register callback "other_parameters(int)": it takes other parameters than one jsonb or one xml
            call pgpro_queue.register_callback('has_dead', 'fine(jsonb)')           | 42710 | queue "has_dead" already has a callback
            call pgpro_queue.unregister_callback('q', 'fine(jsonb)')                | 42704 | queue "q" has no callback "fine(jsonb)"
            """)
    void saysWhatIsWrongAndChangesNothing(String sql, String state, String message) {
        try (QueueSession session = new QueueSession(DATABASE)) {
            session.run("begin");
            assertThat(session.error(sql)).isEqualTo(state.equals("none") ? "none" : state + " " + message);
            session.run("rollback");
        }
        assertThat(everything()).isEqualTo(before);
    }

    private static String everything() {
        return DATABASE.value("""
                select concat((select string_agg(q::text, '; ' order by q::text) from pgpro_queue_data.queue_list q),
                              (select string_agg(e.exchange_name, '; ' order by 1) from pgpro_queue_data.exchanges e),
                              (select string_agg(b::text, '; ' order by b::text) from pgpro_queue_data.bindings b),
                              (select count(*) from pg_class where relnamespace = 'pgpro_queue_data'::regnamespace),
                              (select count(*) from pg_proc where pronamespace = 'pgpro_queue_data'::regnamespace),
                              (select count(*) from pgpro_queue_data.queue_q))""");
    }
}
