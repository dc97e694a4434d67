package dev.howdah.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.embedded.EmbeddedPostgres;
import dev.howdah.install.Installer;
import dev.howdah.testkit.TestSql;
import java.sql.Connection;
import java.sql.Statement;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The whole life of messages on each other version of PostgreSQL; the other tests run on 18. */
class VersionsTest {

    @ParameterizedTest
    @ValueSource(ints = {14, 15, 16, 17})
    void sentReadFailedDelayedRoutedBuried(int major) throws Exception {
        try (EmbeddedPostgres postgres =
                EmbeddedPostgres.builder().binaries(TestBinaries.of(major)).start()) {
            TestSql sql = new TestSql(postgres.address().dataSource());
            Installer.forWingsOnClassPath().install(sql.dataSource());
            sql.run("call pgpro_queue.create_queue('graves', 'D')");
            sql.run(
                    "call pgpro_queue.create_queue('orders', queue_dlq => 'graves', queue_retries => 1, queue_retry_delay => 0)");
            sql.run("select pgpro_queue.create_exchange('news', 'topic')");
            sql.run("select pgpro_queue.bind_queue('orders', 'news', 'a.#')");

            sql.run("call pgpro_queue.publish_message('news', 'a.b', '1', 3)");
            sql.run(
                    "call pgpro_queue.insert_message('orders', '2', 4, q_msg_enable_time => now() + interval '1 hour')");
            sql.run("update pgpro_queue_data.waiting set due = now()");
            sql.run("call pgpro_queue.insert_message_xml('orders', '<a/>', 5)");
            for (int reading = 0; reading < 2; reading++) {
                failReading(sql);
                sql.run("call howdah_queue.keep(null)");
                sql.run("call howdah_queue.keep(0)");
            }
            assertThat(
                            sql.column(
                                    "select concat_ws(' ', state, body, body_xml, attempts) from howdah_queue.peek('orders', 10)"))
                    .containsExactly("ready 2 0", "ready <a/> 0");
            assertThat(sql.value("select body from howdah_queue.peek('graves', 10)"))
                    .isEqualTo("1");
            assertThat(sql.value("select pgpro_queue.read_message('orders')")).isEqualTo("2");
            assertThat(sql.value("select pgpro_queue.read_message_by_id_xml('orders', 3)"))
                    .isEqualTo("<a/>");
            sql.run("select howdah_queue.add_segment(2)");
            assertThat(sql.value("select howdah_queue.replay_dead('orders')")).isEqualTo("1");
            assertThat(sql.value("select q_jsonb from pgpro_queue.read_message_any('orders')"))
                    .isEqualTo("1");
            sql.run("call pgpro_queue.drop_queue('orders')");
        }
    }

    private static void failReading(TestSql sql) throws Exception {
        try (Connection connection = sql.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("select pgpro_queue.read_message('orders')");
            connection.rollback();
        }
    }
}
