package dev.howdah.stream;

import static dev.howdah.stream.DebianPgq.connectString;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.howdah.embedded.EmbeddedPostgres;
import dev.howdah.embedded.PostgresAddress;
import dev.howdah.install.Installer;
import dev.howdah.stream.DebianPgq.Running;
import dev.howdah.testkit.TestSql;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Londiste, as Debian packs it, replicates from one database with Howdah to another; pgqd ticks. As a superuser, for
 * Londiste sets session_replication_role.
 */
class LondisteTest {

    /** What Londiste puts on top of PgQ, in the order of their needs. */
    private static final List<String> SQL = List.of("pgq_node.sql", "londiste.sql");

    @TempDir
    Path folder;

    @Test
    void aTableIsCopiedAndItsChangesFollow() throws IOException {
        DebianPgq.assumePresent("pgq", "londiste");
        List<String> sql = new ArrayList<>();
        for (String file : SQL) {
            sql.add(Files.readString(packaged(file)));
        }
        try (EmbeddedPostgres postgres = EmbeddedPostgres.builder().start()) {
            replicate(database(postgres, "provider", sql), database(postgres, "subscriber", sql));
        }
    }

    private static PostgresAddress database(EmbeddedPostgres postgres, String name, List<String> londiste) {
        PostgresAddress server = postgres.superuser();
        new TestSql(server.dataSource()).run("create database " + name);
        PostgresAddress database =
                new PostgresAddress(server.host(), server.port(), name, server.user(), server.password());
        Installer.forWingsOnClassPath().install(database.dataSource());
        TestSql sql = new TestSql(database.dataSource());
        londiste.forEach(sql::run);
        sql.run("create table public.item (id int primary key, name text)");
        return database;
    }

    private void replicate(PostgresAddress from, PostgresAddress to) {
        DebianPgq pgq = new DebianPgq(folder, from);
        TestSql provider = new TestSql(from.dataSource());
        TestSql subscriber = new TestSql(to.dataSource());
        String root = settings(pgq, "root", from);
        String leaf = settings(pgq, "leaf", to);
        provider.run("insert into item select i, 'before ' || i from generate_series(1, 1000) i");
        pgq.run("londiste", root, "create-root", "root", connectString(from));
        provider.run("""
                select pgq.set_queue_config('replica', 'ticker_max_lag', '100 ms'),
                       pgq.set_queue_config('replica', 'ticker_idle_period', '500 ms')""");
        String upstream = "--provider=" + connectString(from);
        pgq.run("londiste", leaf, "create-leaf", "leaf", connectString(to), upstream);
        try (Running ticker = pgq.startTicker(from, to);
                Running rootWorker = pgq.start("root", "londiste", root, "worker");
                Running leafWorker = pgq.start("leaf", "londiste", leaf, "worker")) {
            pgq.run("londiste", root, "add-table", "public.item");
            pgq.run("londiste", leaf, "add-table", "public.item");
            provider.run("insert into item values (1001, 'during')");
            soon(() -> assertThat(subscriber.value("select merge_state from londiste.get_table_list('replica')"))
                    .as(() -> String.join("\n", leafWorker.output()))
                    .isEqualTo("ok"));
            provider.run("insert into item values (1002, 'after & more = 100 %'), (1003, null)");
            provider.run("update item set name = 'changed' where id = 1");
            provider.run("delete from item where id = 2");
            soon(() -> assertThat(items(subscriber)).isEqualTo(items(provider)));
            assertThat(rootWorker.output()).noneMatch(line -> line.contains(" ERROR "));
            assertThat(leafWorker.output()).noneMatch(line -> line.contains(" ERROR "));
            assertThat(ticker.output()).noneMatch(line -> line.contains(" ERROR "));
        }
    }

    private String settings(DebianPgq pgq, String name, PostgresAddress database) {
        return pgq.write(name + ".ini", """
                [londiste]
                job_name = %1$s
                db = %2$s
                queue_name = replica
                pidfile = %3$s/%1$s.pid
                loop_delay = 0.1
                """.formatted(name, connectString(database), folder));
    }

    private static Path packaged(String file) throws IOException {
        Path versions = Path.of("/usr/share/postgresql");
        try (Stream<Path> found = Files.isDirectory(versions) ? Files.list(versions) : Stream.empty()) {
            List<Path> files = found.map(version -> version.resolve("contrib").resolve(file))
                    .filter(Files::exists)
                    .sorted()
                    .toList();
            assumeTrue(
                    !files.isEmpty(),
                    "skipped: no " + file + " here (apt-get install postgresql-*-pgq-node"
                            + " postgresql-*-londiste-sql)");
            return files.get(files.size() - 1);
        }
    }

    private static List<String> items(TestSql database) {
        return database.column("select item from item order by id");
    }

    private static void soon(ThrowingRunnable assertion) {
        await().atMost(Duration.ofSeconds(60)).untilAsserted(assertion);
    }
}
