package dev.howdah.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The manual's signatures, name by name: there are they, with its defaults, and called by position and by name. */
class ManualTest extends QueueSqlBase {

    /** kind, name, arguments with their defaults, result. */
    private static final String SURFACE = """
            select format('%s %s(%s)%s', case prokind when 'p' then 'procedure' else 'function' end, proname,
                          pg_get_function_arguments(oid), ' returns ' || pg_get_function_result(oid))
              from pg_proc
             where pronamespace = 'pgpro_queue'::regnamespace
             order by 1""";

    @Test
    void theSurfaceIsTheManualsAndWhatIsListedBesides() {
        assertThat(database.column(SURFACE)).containsExactlyInAnyOrder("""
                procedure create_queue(IN queue_name name, IN queue_type character DEFAULT 'N'::character(1), IN queue_dlq name DEFAULT NULL::name, IN queue_retries integer DEFAULT 10, IN queue_retry_delay integer DEFAULT 30)
                procedure alter_queue(IN queue_name name, IN new_type character DEFAULT NULL::bpchar, IN new_dlq name DEFAULT NULL::name, IN new_retries integer DEFAULT NULL::integer, IN new_retrydelay integer DEFAULT NULL::integer)
                procedure drop_queue(IN queue_name name)
                function get_queue_table(queue_name name) returns oid
                procedure reset_queue_access(IN queue_name name)
                procedure grant_queue_access(IN queue_name name, IN role_name name)
                procedure grant_queue_access(IN queue_name name, IN role_oid oid)
                procedure revoke_queue_access(IN queue_name name, IN role_name name)
                procedure revoke_queue_access(IN queue_name name, IN role_oid oid)
                procedure insert_message(IN q_name name, IN q_msg_body jsonb, IN q_msg_priority integer DEFAULT 0, IN q_msg_properties jsonb DEFAULT '{}'::jsonb, IN q_msg_retries integer DEFAULT NULL::integer, IN q_msg_retrydelay integer DEFAULT NULL::integer, IN q_msg_enable_time timestamp with time zone DEFAULT NULL::timestamp with time zone)
                procedure insert_message_xml(IN q_name name, IN q_msg_body xml, IN q_msg_priority integer DEFAULT 0, IN q_msg_properties jsonb DEFAULT '{}'::jsonb, IN q_msg_retries integer DEFAULT NULL::integer, IN q_msg_retrydelay integer DEFAULT NULL::integer, IN q_msg_enable_time timestamp with time zone DEFAULT NULL::timestamp with time zone)
                function read_message(q_name name, q_msg_hfilter jsonb DEFAULT NULL::jsonb, q_msg_pfilter jsonb DEFAULT NULL::jsonb) returns jsonb
                function read_message_xml(q_name name, q_msg_hfilter jsonb DEFAULT NULL::jsonb, q_msg_pfilter jsonb DEFAULT NULL::jsonb) returns xml
                function read_message_any(q_name name, q_msg_hfilter jsonb DEFAULT NULL::jsonb, q_msg_pfilter jsonb DEFAULT NULL::jsonb, OUT q_jsonb jsonb, OUT q_xml xml) returns record
                function read_message_by_id(q_name name, msgid bigint) returns jsonb
                function read_message_by_id_xml(q_name name, msgid bigint) returns xml
                function read_message_by_id_any(q_name name, msgid bigint, OUT body jsonb, OUT body_xml xml) returns record
                function create_exchange(e_name name, e_type text DEFAULT 'fanout'::text) returns void
                function drop_exchange(e_name name, do_cascade boolean DEFAULT false) returns void
                function bind_queue(q_name name, e_name name, e_key text DEFAULT NULL::text) returns void
                function unbind_queue(q_name name, e_name name, e_key text DEFAULT NULL::text) returns void
                procedure grant_publish_access(IN exchange_name name, IN role_name name)
                procedure revoke_publish_access(IN exchange_name name, IN role_name name)
                procedure publish_message(IN e_name name, IN e_routing_key text, IN q_msg_body jsonb, IN q_msg_priority integer DEFAULT 0, IN q_msg_properties jsonb DEFAULT '{}'::jsonb, IN q_msg_retries integer DEFAULT NULL::integer, IN q_msg_retrydelay integer DEFAULT NULL::integer, IN q_msg_enable_time timestamp with time zone DEFAULT NULL::timestamp with time zone)
                procedure publish_message_xml(IN e_name name, IN e_routing_key text, IN q_msg_body xml, IN q_msg_priority integer DEFAULT 0, IN q_msg_properties jsonb DEFAULT '{}'::jsonb, IN q_msg_retries integer DEFAULT NULL::integer, IN q_msg_retrydelay integer DEFAULT NULL::integer, IN q_msg_enable_time timestamp with time zone DEFAULT NULL::timestamp with time zone)
                procedure register_callback(IN q_name text, IN callback text)
                procedure unregister_callback(IN q_name text, IN callback text)
                function queue_initialize() returns void
                function queue_deinitialize() returns void
                procedure set_exchange_refusal(IN exchange_name name, IN refuse_unroutable boolean)
                procedure set_queue_backoff(IN queue_name name, IN factor numeric, IN max_delay integer DEFAULT 86400)
                """.split("\n"));
    }

    @Test
    void byPosition() {
        run("call pgpro_queue.create_queue('dead', 'D', null, 5, 60)");
        run("call pgpro_queue.create_queue('q', 'N', 'dead', 5, 60)");
        run("call pgpro_queue.alter_queue('q', 'N', 'dead', 6, 61)");
        assertThat(database.value("select queue_retries || ' ' || queue_retry_delay from pgpro_queue_data.queues"
                        + " where queue_name = 'q'"))
                .isEqualTo("6 61");
        assertThat(database.value("select pgpro_queue.get_queue_table('q')::regclass"))
                .isEqualTo("pgpro_queue_data.queue_q");
        run("call pgpro_queue.insert_message('q', '{\"a\": 1}', 1, '{\"p\": 1}', 2, 3, now())");
        run("call pgpro_queue.insert_message_xml('q', '<a/>', 2, '{\"p\": 2}', 2, 3, now())");
        assertThat(database.value("select pgpro_queue.read_message('q', '{\"priority\": 1}', '{\"p\": 1}')"))
                .isEqualTo("{\"a\": 1}");
        assertThat(database.value("select pgpro_queue.read_message_xml('q', '{\"priority\": 2}', '{\"p\": 2}')"))
                .isEqualTo("<a/>");
        send("q", "3");
        assertThat(database.value("select q_jsonb from pgpro_queue.read_message_any('q', '{\"msgid\": 3}', '{}')"))
                .isEqualTo("3");
        send("q", "4");
        run("call pgpro_queue.insert_message_xml('q', '<b/>')");
        send("q", "6");
        assertThat(database.value("select pgpro_queue.read_message_by_id('q', 4)"))
                .isEqualTo("4");
        assertThat(database.value("select pgpro_queue.read_message_by_id_xml('q', 5)"))
                .isEqualTo("<b/>");
        assertThat(database.value("select body from pgpro_queue.read_message_by_id_any('q', 6)"))
                .isEqualTo("6");
        run("select pgpro_queue.create_exchange('e', 'direct')");
        run("select pgpro_queue.bind_queue('q', 'e', 'k')");
        run("call pgpro_queue.publish_message('e', 'k', '7', 1, '{}', 2, 3, now())");
        run("call pgpro_queue.publish_message_xml('e', 'k', '<c/>', 2, '{}', 2, 3, now())");
        assertThat(messages("q")).containsExactly("ready 7 2 0", "ready <c/> 2 0");
        run("call pgpro_queue.grant_publish_access('e', 'public')");
        run("call pgpro_queue.revoke_publish_access('e', 'public')");
        run("call pgpro_queue.grant_queue_access('q', 'public')");
        run("call pgpro_queue.revoke_queue_access('q', 'public')");
        run("call pgpro_queue.grant_queue_access('q', 'pg_monitor'::regrole::oid)");
        run("call pgpro_queue.revoke_queue_access('q', 'pg_monitor'::regrole::oid)");
        run("call pgpro_queue.reset_queue_access('q')");
        run("create procedure called(jsonb) language sql as ''");
        run("call pgpro_queue.register_callback('q', 'called(JSONB)')");
        run("call pgpro_queue.unregister_callback('q', 'called(JSONB)')");
        run("select pgpro_queue.unbind_queue('q', 'e', 'k')");
        run("select pgpro_queue.drop_exchange('e', false)");
        run("call pgpro_queue.drop_queue('q')");
        run("select pgpro_queue.queue_deinitialize()");
        run("select pgpro_queue.queue_initialize()");
    }

    @Test
    void byName() {
        run("call pgpro_queue.create_queue(queue_name => 'dead', queue_type => 'D')");
        run(
                "call pgpro_queue.create_queue(queue_retry_delay => 1, queue_retries => 2, queue_dlq => 'dead', queue_name => 'q')");
        run(
                "call pgpro_queue.alter_queue(queue_name => 'q', new_type => 'N', new_dlq => 'dead', new_retries => 3, new_retrydelay => 4)");
        run("select pgpro_queue.get_queue_table(queue_name => 'q')");
        run("call pgpro_queue.insert_message(q_name => 'q', q_msg_body => '1', q_msg_priority => 1,"
                + " q_msg_properties => '{}', q_msg_retries => 2, q_msg_retrydelay => 3, q_msg_enable_time => now())");
        run("call pgpro_queue.insert_message_xml(q_name => 'q', q_msg_body => '<a/>', q_msg_priority => 1,"
                + " q_msg_properties => '{}', q_msg_retries => 2, q_msg_retrydelay => 3, q_msg_enable_time => now())");
        assertThat(database.value(
                        "select pgpro_queue.read_message(q_name => 'q', q_msg_hfilter => '{}', q_msg_pfilter => '{}')"))
                .isEqualTo("1");
        assertThat(
                        database.value(
                                "select pgpro_queue.read_message_xml(q_name => 'q', q_msg_hfilter => '{}', q_msg_pfilter => '{}')"))
                .isEqualTo("<a/>");
        run("select * from pgpro_queue.read_message_any(q_name => 'q', q_msg_hfilter => '{}', q_msg_pfilter => '{}')");
        run("select pgpro_queue.read_message_by_id(q_name => 'q', msgid => 3)");
        run("select pgpro_queue.read_message_by_id_xml(q_name => 'q', msgid => 3)");
        run("select * from pgpro_queue.read_message_by_id_any(q_name => 'q', msgid => 3)");
        run("select pgpro_queue.create_exchange(e_name => 'e', e_type => 'fanout')");
        run("select pgpro_queue.bind_queue(q_name => 'q', e_name => 'e', e_key => null)");
        run(
                "call pgpro_queue.publish_message(e_name => 'e', e_routing_key => 'k', q_msg_body => '7', q_msg_priority => 1,"
                        + " q_msg_properties => '{}', q_msg_retries => 2, q_msg_retrydelay => 3, q_msg_enable_time => now())");
        run(
                "call pgpro_queue.publish_message_xml(e_name => 'e', e_routing_key => 'k', q_msg_body => '<c/>', q_msg_priority => 2,"
                        + " q_msg_properties => '{}', q_msg_retries => 2, q_msg_retrydelay => 3, q_msg_enable_time => now())");
        assertThat(messages("q")).containsExactly("ready 7 2 0", "ready <c/> 2 0");
        run("call pgpro_queue.grant_publish_access(exchange_name => 'e', role_name => 'pg_monitor')");
        run("call pgpro_queue.revoke_publish_access(exchange_name => 'e', role_name => 'pg_monitor')");
        run("call pgpro_queue.grant_queue_access(queue_name => 'q', role_name => 'pg_monitor')");
        run("call pgpro_queue.revoke_queue_access(queue_name => 'q', role_name => 'pg_monitor')");
        run("call pgpro_queue.reset_queue_access(queue_name => 'q')");
        run("create procedure public.called(xml) language sql as ''");
        run("call pgpro_queue.register_callback(q_name => 'q', callback => 'public.called(xml)')");
        run("call pgpro_queue.unregister_callback(q_name => 'q', callback => 'public.called( XML )')");
        run("select pgpro_queue.unbind_queue(q_name => 'q', e_name => 'e', e_key => null)");
        run("select pgpro_queue.bind_queue('q', 'e')");
        run("select pgpro_queue.drop_exchange(e_name => 'e', do_cascade => true)");
        assertThat(database.column("select queue_name from pgpro_queue_data.queues"))
                .isEqualTo(List.of("dead"));
        run("call pgpro_queue.drop_queue(queue_name => 'dead')");
    }

    @Test
    void theQueueTableShowsWhatCanBeReadAndTakesMessages() {
        run("call pgpro_queue.create_queue('q', queue_retries => 3, queue_retry_delay => 4)");
        run("insert into pgpro_queue_data.queue_q (body) values ('1')");
        run(
                "insert into pgpro_queue_data.queue_q (body_xml, priority, properties, retries) values ('<a/>', 2, '{\"p\": 1}', 0)");
        assertThat(
                        database.column(
                                "select concat_ws(' ', body, body_xml, priority, retries, retrydelay) from pgpro_queue_data.queue_q"))
                .containsExactlyInAnyOrder("1 0 3 4", "<a/> 2 0 4");
        assertThat(messages("q")).containsExactly("ready 1 3 0", "ready <a/> 0 0");
    }

    private void run(String sql) {
        database.run(sql);
    }
}
