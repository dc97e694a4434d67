package dev.howdah.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.embedded.EmbeddedPostgres;
import dev.howdah.install.Installer;
import dev.howdah.testkit.TestSql;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** PostgreSQL itself is killed while a message is being read: the message is back, and the reading counted. */
class CrashTest {

    @Test
    void aCrashOfPostgresIsAFailedReading(@TempDir Path home) throws Exception {
        try (EmbeddedPostgres postgres = start(home)) {
            TestSql sql = new TestSql(postgres.address().dataSource());
            Installer.forWingsOnClassPath().install(sql.dataSource());
            sql.run("call pgpro_queue.create_queue('orders')");
            sql.run("call pgpro_queue.insert_message('orders', '1')");
            sql.run("call pgpro_queue.insert_message('orders', '2')");
            Connection reader = sql.dataSource().getConnection();
            reader.setAutoCommit(false);
            assertThat(read(reader)).isEqualTo("1");
            // makes the reading durable that is going to be lost
            sql.run("call pgpro_queue.insert_message('orders', '3')");
            postgres.kill();
        }
        try (EmbeddedPostgres postgres = start(home)) {
            TestSql sql = new TestSql(postgres.address().dataSource());
            sql.run("call howdah_queue.keep(null)");
            assertThat(sql.column("select concat_ws(' ', state, body, attempts) from howdah_queue.peek('orders', 10)"))
                    .containsExactly("ready 2 0", "ready 3 0", "waiting 1 1");
        }
    }

    private static EmbeddedPostgres start(Path home) {
        return EmbeddedPostgres.builder().home(home.resolve("postgres")).start();
    }

    private static String read(Connection connection) throws Exception {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select pgpro_queue.read_message('orders')")) {
            row.next();
            return row.getString(1);
        }
    }
}
