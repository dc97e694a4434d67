package dev.howdah.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.embedded.PostgresAddress;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who may do what with a queue and an exchange: tried by those who may and those who may not. */
class RightsTest extends QueueSqlBase {

    private static final String DENIED = "42501 permission denied for queue \"orders\"";
    private static final String NOT_OWNER = "42501 must be owner of queue \"orders\"";

    private final String suffix = UUID.randomUUID().toString().replace("-", "");
    private final String owner = "owner_" + suffix;
    private final String friend = "friend_" + suffix;
    private final String stranger = "stranger_" + suffix;
    private QueueSession asOwner;
    private QueueSession asFriend;
    private QueueSession asStranger;

    @BeforeEach
    void logIn() {
        asOwner = login(owner);
        asFriend = login(friend);
        asStranger = login(stranger);
        asOwner.run("call pgpro_queue.create_queue('orders')");
    }

    private QueueSession login(String name) {
        PostgresAddress a = database.address();
        database.run("create role %s login password '%s'".formatted(name, a.password()));
        return new QueueSession(
                database, new PostgresAddress(a.host(), a.port(), a.database(), name, a.password()).dataSource());
    }

    @AfterEach
    void logOut() {
        asOwner.close();
        asFriend.close();
        asStranger.close();
        // else who drops the database would have to end them, and may not
        eventually(() -> assertThat(
                        database.value("select count(*) from pg_stat_activity where usename like '%" + suffix + "'"))
                .isEqualTo("0"));
    }

    @Test
    void whoMadeItOwnsIt() {
        assertThat(database.value("select queue_owner from pgpro_queue_data.queue_list"))
                .isEqualTo(owner);
        assertThat(asOwner.error("call pgpro_queue.insert_message('orders', '1')"))
                .isEqualTo("none");
        assertThat(asOwner.read("orders")).isEqualTo("1");
        assertThat(asOwner.error("call pgpro_queue.alter_queue('orders', new_retries => 3)"))
                .isEqualTo("none");
        assertThat(asOwner.error("call pgpro_queue.set_queue_backoff('orders', 2)"))
                .isEqualTo("none");
        assertThat(asOwner.error("select * from pgpro_queue_data.queue_orders")).isEqualTo("none");
        assertThat(asOwner.error("call pgpro_queue.drop_queue('orders')")).isEqualTo("none");
    }

    @Test
    void nobodyElseMayAnything() {
        asOwner.run("call pgpro_queue.insert_message('orders', '1')");
        assertEverythingIsDenied(asFriend);
        assertThat(asOwner.read("orders")).isEqualTo("1");
    }

    @Test
    void byNameAndByOidAccessIsGrantedAndTakenBack() {
        for (String role : new String[] {"'" + friend + "'", "'" + friend + "'::regrole::oid"}) {
            asOwner.run("call pgpro_queue.grant_queue_access('orders', " + role + ")");
            assertThat(asFriend.error("call pgpro_queue.insert_message('orders', '1')"))
                    .isEqualTo("none");
            assertThat(asFriend.read("orders")).isEqualTo("1");
            assertThat(asFriend.error("select * from pgpro_queue_data.queue_orders"))
                    .isEqualTo("none");
            assertThat(asFriend.value("select segment from howdah_queue.copy_target('orders')"))
                    .isEqualTo("pgpro_queue_data.segment_1_0");
            assertThat(asFriend.error("call pgpro_queue.alter_queue('orders', new_retries => 3)"))
                    .isEqualTo(NOT_OWNER);
            assertThat(asFriend.error("call pgpro_queue.grant_queue_access('orders', '" + stranger + "')"))
                    .isEqualTo(NOT_OWNER);
            assertEverythingIsDenied(asStranger);

            asOwner.run("call pgpro_queue.revoke_queue_access('orders', " + role + ")");
            assertEverythingIsDenied(asFriend);
        }
        asOwner.run("call pgpro_queue.grant_queue_access('orders', '" + friend + "')");
        assertThat(asFriend.error("call pgpro_queue.drop_queue('orders')")).isEqualTo("none");
    }

    @Test
    void resetLeavesTheOwnerAlone() {
        asOwner.run("call pgpro_queue.grant_queue_access('orders', '" + friend + "')");
        asOwner.run("call pgpro_queue.grant_queue_access('orders', 'public')");
        assertThat(asStranger.error("call pgpro_queue.insert_message('orders', '1')"))
                .isEqualTo("none");
        assertThat(asFriend.error("call pgpro_queue.reset_queue_access('orders')"))
                .isEqualTo(NOT_OWNER);

        asOwner.run("call pgpro_queue.reset_queue_access('orders')");

        assertEverythingIsDenied(asFriend);
        assertEverythingIsDenied(asStranger);
        assertThat(asOwner.read("orders")).isEqualTo("1");
        assertThat(asOwner.error("call pgpro_queue.revoke_queue_access('orders', '" + owner + "')"))
                .isEqualTo("0LP01 queue \"orders\" is owned by \"" + owner + "\", whose access can't be revoked");
    }

    @Test
    void segmentsThatAreAddedLaterFollow() {
        asOwner.run("call pgpro_queue.grant_queue_access('orders', '" + friend + "')");
        database.run("select howdah_queue.add_segment(1)");
        database.run("select setval('pgpro_queue_data.line_1', (1 << 11) | 3)");
        assertThat(asFriend.error("call pgpro_queue.insert_message('orders', '1')"))
                .isEqualTo("none");
        assertThat(asFriend.read("orders")).isEqualTo("1");
        assertThat(asFriend.error(
                        "insert into pgpro_queue_data.segment_1_3 (body, retries, retrydelay) values ('2', 1, 1)"))
                .isEqualTo("none");
        assertThat(asStranger.error(
                        "insert into pgpro_queue_data.segment_1_3 (body, retries, retrydelay) values ('2', 1, 1)"))
                .isEqualTo("42501 permission denied for table segment_1_3");
    }

    @Test
    void aRoleThatIsSetCounts() {
        database.run("grant " + owner + " to " + stranger);
        assertThat(asStranger.error("call pgpro_queue.insert_message('orders', '1')"))
                .isEqualTo("none"); // a member of the owner
        asStranger.run("set role " + owner).run("call pgpro_queue.alter_queue('orders', new_retries => 3)");
        asOwner.run("call pgpro_queue.create_queue('mine')");
        database.run("revoke " + owner + " from " + stranger);
        asStranger.run("reset role");
        assertEverythingIsDenied(asStranger);
        assertThat(asStranger.error("select howdah_queue.drop_queue('" + owner + "', 'orders')"))
                .isEqualTo("42501 permission denied to act as role " + owner);
    }

    @Test
    void publishersNeedTheExchangeAndBindersBoth() {
        asOwner.run("select pgpro_queue.create_exchange('news', 'direct')");
        String publish = "call pgpro_queue.publish_message('news', 'k', '1')";
        String bind = "select pgpro_queue.bind_queue('orders', 'news', 'k')";
        String noExchange = "42501 permission denied for exchange \"news\"";
        assertThat(asFriend.error(publish)).isEqualTo(noExchange);
        assertThat(asFriend.error(bind)).isEqualTo(DENIED);
        assertThat(asFriend.error("call pgpro_queue.grant_publish_access('news', '" + friend + "')"))
                .isEqualTo("42501 must be owner of exchange \"news\"");
        assertThat(asFriend.error("select pgpro_queue.drop_exchange('news')"))
                .isEqualTo("42501 must be owner of exchange \"news\"");

        asOwner.run("call pgpro_queue.grant_queue_access('orders', '" + friend + "')");
        assertThat(asFriend.error(bind)).isEqualTo(noExchange);
        asOwner.run("call pgpro_queue.grant_publish_access('news', '" + friend + "')");
        assertThat(asFriend.error(bind)).isEqualTo("none");
        asOwner.run("call pgpro_queue.revoke_queue_access('orders', '" + friend + "')");
        assertThat(asFriend.error(publish)).isEqualTo("none"); // into a queue that is not his
        assertThat(asOwner.read("orders")).isEqualTo("1");
        assertThat(asFriend.error("select pgpro_queue.unbind_queue('orders', 'news', 'k')"))
                .isEqualTo(DENIED);

        asOwner.run("call pgpro_queue.revoke_publish_access('news', '" + friend + "')");
        assertThat(asFriend.error(publish)).isEqualTo(noExchange);
    }

    @Test
    void whatIsTheInstallationsOwnersIs() {
        assertThat(asStranger.error("select pgpro_queue.queue_deinitialize()"))
                .isEqualTo("42501 permission denied for function queue_deinitialize");
        assertThat(asStranger.error("select pgpro_queue.queue_initialize()"))
                .isEqualTo("42501 permission denied for function queue_initialize");
        assertThat(asOwner.error("call pgpro_queue.register_callback('orders', 'x(jsonb)')"))
                .isEqualTo("42501 permission denied for procedure register_callback");
        assertThat(asStranger.error("call howdah_queue.keep(null)")).startsWith("42501");
        assertThat(asOwner.error("select pgpro_queue_data.keep_1(null)")).startsWith("42501");
        assertThat(asOwner.error("select * from pgpro_queue_data.waiting")).startsWith("42501");
        assertThat(asOwner.error("select * from pgpro_queue_data.dead")).startsWith("42501");
        assertThat(asOwner.error("insert into pgpro_queue_data.queues (queue_name) values ('x')"))
                .startsWith("42501");
        assertThat(asOwner.error("select setval('pgpro_queue_data.line_1', 0)")).startsWith("42501");
    }

    private void assertEverythingIsDenied(QueueSession who) {
        assertThat(who.error("call pgpro_queue.insert_message('orders', '1')")).isEqualTo(DENIED);
        assertThat(who.error("call pgpro_queue.insert_message_xml('orders', '<a/>')"))
                .isEqualTo(DENIED);
        assertThat(who.error("select pgpro_queue.read_message('orders')")).isEqualTo(DENIED);
        assertThat(who.error("select pgpro_queue.read_message_xml('orders')")).isEqualTo(DENIED);
        assertThat(who.error("select pgpro_queue.read_message_any('orders')")).isEqualTo(DENIED);
        assertThat(who.error("select pgpro_queue.read_message_by_id('orders', 1)"))
                .isEqualTo(DENIED);
        assertThat(who.error("select pgpro_queue.read_message_by_id_xml('orders', 1)"))
                .isEqualTo(DENIED);
        assertThat(who.error("select pgpro_queue.read_message_by_id_any('orders', 1)"))
                .isEqualTo(DENIED);
        assertThat(who.error("call pgpro_queue.drop_queue('orders')")).isEqualTo(DENIED);
        assertThat(who.error("select howdah_queue.peek('orders', 1)")).isEqualTo(DENIED);
        assertThat(who.error("select howdah_queue.dead_letters('orders', 1)")).isEqualTo(DENIED);
        assertThat(who.error("select howdah_queue.replay_dead('orders')")).isEqualTo(DENIED);
        assertThat(who.error("select howdah_queue.copy_target('orders')")).isEqualTo(DENIED);
        assertThat(who.error("call pgpro_queue.alter_queue('orders', new_retries => 1)"))
                .isEqualTo(NOT_OWNER);
        assertThat(who.error("call pgpro_queue.grant_queue_access('orders', 'public')"))
                .isEqualTo(NOT_OWNER);
        assertThat(who.error("select * from pgpro_queue_data.queue_orders"))
                .isEqualTo("42501 permission denied for table queue_orders");
        assertThat(who.error("select * from pgpro_queue_data.segment_1_0"))
                .isEqualTo("42501 permission denied for table segment_1_0");
        assertThat(who.error("select pgpro_queue_data.take_1(1, null, null, null)"))
                .isEqualTo("42501 permission denied for function take_1");
        assertThat(who.error("select pgpro_queue_data.send_1('1', null, 0, '{}', null, null, null)"))
                .isEqualTo("42501 permission denied for function send_1");
    }
}
