package dev.howdah.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.howdah.core.DutyLoop;
import dev.howdah.core.Outcome;
import dev.howdah.core.Wakeups;
import dev.howdah.embedded.EmbeddedPostgres;
import dev.howdah.install.Installer;
import dev.howdah.testkit.TestSql;
import java.io.File;
import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * pg_dump and psql bring everything to another database: queues, messages, bindings, callbacks, rights; and a dump that is
 * under way is in nobody's way. On the PostgreSQL of the version that pg_dump is of.
 */
class DumpTest {

    private static EmbeddedPostgres postgres;

    @BeforeAll
    static void startPostgres() throws Exception {
        int major = pgDumpVersion();
        assumeTrue(major >= 14, "no pg_dump of PostgreSQL 14 or later on the PATH: dumping is not tested");
        postgres = EmbeddedPostgres.builder().binaries(TestBinaries.of(major)).start();
    }

    @AfterAll
    static void stopPostgres() {
        if (postgres != null) {
            postgres.close();
        }
    }

    @Test
    void aDumpBringsEverything() throws Exception {
        TestSql from = database("source");
        Installer.forWingsOnClassPath().install(from.dataSource());
        from.run("create role dump_friend; grant dump_friend to current_user");
        from.run("create procedure public.called(jsonb) language sql as ''");
        from.run("call pgpro_queue.create_queue('graves', 'D')");
        from.run("call pgpro_queue.create_queue('orders', queue_dlq => 'graves', queue_retries => 0)");
        from.run("call pgpro_queue.grant_queue_access('orders', 'dump_friend')");
        from.run("call pgpro_queue.insert_message('orders', '1')");
        from.run("call pgpro_queue.insert_message_xml('orders', '<a/>', 5)");
        from.run("call pgpro_queue.insert_message('orders', '3', q_msg_enable_time => '2999-01-01')");
        from.run("select setval('pgpro_queue_data.line_2', (3 << 8) | 1)");
        from.run("call pgpro_queue.insert_message('orders', '4', -1)");
        from.run("select pgpro_queue.create_exchange('news', 'topic')");
        from.run("select pgpro_queue.bind_queue('orders', 'news', 'a.*')");
        from.run("call pgpro_queue.grant_publish_access('news', 'dump_friend')");
        from.run("call pgpro_queue.register_callback('orders', 'public.called(jsonb)')");

        TestSql to = database("target");
        File script = File.createTempFile("howdah", ".sql");
        run(List.of("pg_dump", "--file=" + script, uri("source")));
        run(List.of("psql", "-q", "-v", "ON_ERROR_STOP=1", "-f", script.getPath(), uri("target")));
        assertThat(script.delete()).isTrue();

        for (String what : List.of(
                "select q::text from pgpro_queue_data.queue_list q order by 1",
                "select e::text from pgpro_queue_data.exchange_list e order by 1",
                "select b::text from pgpro_queue_data.binding_list b order by 1",
                "select m::text from howdah_queue.peek('orders', 100) m",
                // what others than the owner may
                "select format('%s %s %s', c.oid::regclass, a.grantee::regrole, a.privilege_type)"
                        + " from pg_class c, aclexplode(c.relacl) a"
                        + " where c.relnamespace = 'pgpro_queue_data'::regnamespace and a.grantee <> c.relowner order by 1",
                "select format('%s %s', p.oid::regprocedure, a.grantee::regrole)"
                        + " from pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a"
                        + " where p.pronamespace::regnamespace::text in ('pgpro_queue', 'pgpro_queue_data', 'howdah_queue')"
                        + " and a.grantee <> p.proowner order by 1")) {
            assertThat(to.column(what)).isNotEmpty().isEqualTo(from.column(what));
        }
        assertThat(to.column("select pgpro_queue.read_message('orders') from generate_series(1, 2)"))
                .containsExactly("4", "1");
        to.run("set role dump_friend; call pgpro_queue.publish_message('news', 'a.b', '5')");
        assertThat(to.value("select pgpro_queue.read_message('orders')")).isEqualTo("5");
        assertThat(Installer.forWingsOnClassPath().install(to.dataSource()).applied())
                .isEmpty();
    }

    /** It stands still in the middle, with its snapshot and its locks: nobody takes the definitions that it writes. */
    @Test
    void aDumpUnderWayStallsNobody() throws Exception {
        TestSql sql = database("busy");
        Installer.forWingsOnClassPath().install(sql.dataSource());
        sql.run("alter role current_user in database busy set lock_timeout = '1s'");
        DataSource dataSource = sql.dataSource();
        try (Wakeups wakeups = Wakeups.over(dataSource)) {
            Queues queues = Queues.over(dataSource, dataSource, wakeups);
            queues.create("orders");
            QueueSender sender = queues.sender("orders");
            sender.send(NewMessage.json("\"sent before\"").withDelay(Duration.ofDays(1)));
            Process dump = new ProcessBuilder("pg_dump", uri("busy"))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            try (DutyLoop server = DutyLoop.builder()
                    .duties(queues.duties())
                    .leadershipOver(dataSource)
                    .start()) {
                eventually(
                        () -> assertThat(sql.column("select l.mode from pg_locks l join pg_stat_activity a using (pid)"
                                        + " where a.application_name = 'pg_dump' and a.state = 'idle in transaction'"
                                        + " and l.relation = 'pgpro_queue_data.segment_1_0'::regclass"))
                                .containsExactly("AccessShareLock"));
                AtomicInteger handled = new AtomicInteger();
                try (QueueWorker worker = queues.worker("orders")
                        .handle(message -> {
                            handled.incrementAndGet();
                            return Outcome.done();
                        })
                        .start()) {
                    // the dump has locked three segments, so none of them can be emptied: there are more
                    for (int sent = 1_000; segments(sql) == 3 && sent < 100_000; sent += 1_000) {
                        int all = sent;
                        sender.sendAll(Collections.nCopies(1_000, NewMessage.json("\"" + "x".repeat(700) + "\"")));
                        eventually(() -> assertThat(handled).hasValue(all));
                    }
                    assertThat(segments(sql)).isGreaterThan(3);
                }
                String script = new String(dump.getInputStream().readAllBytes());
                assertThat(dump.waitFor()).isZero();
                assertThat(script).contains("\"sent before\"").doesNotContain("xxx");
                eventually(() -> assertThat(sql.value("select pg_relation_size('pgpro_queue_data.segment_1_0')"))
                        .isEqualTo("0"));
            } finally {
                dump.destroyForcibly();
            }
        }
    }

    private static int segments(TestSql sql) {
        return Integer.parseInt(sql.value("select queue_segments from pgpro_queue_data.queues"));
    }

    private static void eventually(ThrowingRunnable assertion) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(10))
                .untilAsserted(assertion);
    }

    private static TestSql database(String name) {
        new TestSql(postgres.address().dataSource()).run("create database " + name);
        return new TestSql(postgres.database(name).dataSource());
    }

    private static String uri(String name) {
        return postgres.database(name).url();
    }

    private static int pgDumpVersion() {
        try {
            String version = run(List.of("pg_dump", "--version")); // pg_dump (PostgreSQL) 15.18 (…)
            return Integer.parseInt(version.replaceAll("(?s)^.*?\\) (\\d+).*$", "$1"));
        } catch (IOException e) {
            return 0;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as("%s: %s", command.get(0), output).isZero();
        return output;
    }
}
