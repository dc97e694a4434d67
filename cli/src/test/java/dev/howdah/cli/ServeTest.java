package dev.howdah.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.howdah.testkit.TestDatabase;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServeTest {

    /** Who holds the locks of the once-only duties, by application name. */
    private static final String LEADERS = """
            select distinct a.application_name
              from pg_locks l
              join pg_stat_activity a using (pid)
             where l.locktype = 'advisory' and l.granted and a.datname = current_database()""";

    @AutoClose
    final TestDatabase database = TestDatabase.installed();

    @Test
    void aDutyThatRunsOnceMovesWithinTwoSecondsWhenItsServerIsKilled() {
        try (HowdahProcess a = serve("a");
                HowdahProcess b = serve("b")) {
            a.awaitLine(line -> line.startsWith("Serving "));
            b.awaitLine(line -> line.startsWith("Serving "));
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> !database.column(LEADERS).isEmpty());
            List<String> leaders = database.column(LEADERS);
            assertThat(leaders).hasSize(1);
            boolean aLeads = leaders.get(0).equals("server-a");

            (aLeads ? a : b).kill();
            long killed = System.nanoTime();
            String heir = aLeads ? "server-b" : "server-a";
            await().pollInterval(Duration.ofMillis(20))
                    .until(() -> database.column(LEADERS).equals(List.of(heir)));
            assertThat(Duration.ofNanos(System.nanoTime() - killed)).isLessThan(Duration.ofSeconds(2));
        }
    }

    @Test
    void givesUpItsDutiesAndConnectionsWhenTerminated() {
        try (HowdahProcess a = serve("a")) {
            a.awaitLine(line -> line.startsWith("Serving "));
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> !database.column(LEADERS).isEmpty());
            assertThat(a.terminate()).isEqualTo(143);
        }
        await().until(() -> database.column("select pid from pg_stat_activity where application_name = 'server-a'")
                .isEmpty());
    }

    @Test
    void takesThePasswordFromTheEnvironmentAndRefusesADatabaseWithoutHowdah() {
        try (TestDatabase empty = TestDatabase.empty()) {
            String url = "postgresql://howdah@127.0.0.1:" + empty.address().port() + "/"
                    + empty.address().database();
            try (HowdahProcess serve = HowdahProcess.start(
                    Map.of("PGPASSWORD", empty.address().password()), "serve", "--db", url, "--http-port", "0")) {
                assertThat(serve.awaitEnd()).isEqualTo(ExitCode.FAILED);
                assertThat(serve.err())
                        .isEqualTo(
                                "howdah: this database lacks stream 1_schemas, stream 2_tables, stream 3_engine, stream 4_windows, "
                                        + "stream 5_large_windows, stream 6_deliveries, "
                                        + "queue 1_schemas, job 1_types, job 2_tables, job 3_statistics, job 4_adoption, "
                                        + "job 5_additions, job functions, queue functions, stream functions: "
                                        + "run howdah install first");
            }
        }
    }

    @Test
    void asksForTokensWhereItHasASecret(@TempDir Path folder) throws Exception {
        Path secret = Files.writeString(folder.resolve("secret"), "a secret that nobody is to see in a log\n");
        try (HowdahProcess serve = HowdahProcess.start(
                "serve",
                "--db",
                database.address().url(),
                "--http-port",
                "0",
                "--jwt-secret-file",
                secret.toString(),
                "--expose",
                "pgque.*",
                "--rate-limit",
                "100/m",
                "--access-log",
                "all")) {
            String said = serve.awaitLine(line -> line.startsWith("Serving "));
            URI address = URI.create(said.replaceFirst(".* on (http\\S+)\\. .*", "$1") + "/rpc/pgque?token=s3cret");
            HttpResponse<String> answer = HttpClient.newHttpClient()
                    .send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(401);
            assertThat(answer.body()).contains("PGRST302");
            await().untilAsserted(() -> assertThat(serve.err()).contains("127.0.0.1 - GET /rpc/pgque 401"));
            serve.terminate();
            assertThat(serve.err() + serve.out()).doesNotContain("s3cret", "nobody is to see");
        }
    }

    @Test
    void callsCallbacksAsItsOptionsSay() {
        prepareCallback();
        try (HowdahProcess serve = HowdahProcess.start(
                "serve",
                "--db",
                database.address().url(),
                "--http-port",
                "0",
                "--callbacks",
                "--callback-min-workers",
                "1",
                "--callback-max-workers",
                "2",
                "--callback-naptime",
                "50ms")) {
            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(database.column("select body from public.called"))
                            .containsExactly("1"));
            // the workers' slots
            assertThat(database.value("select count(*) from pg_locks where locktype = 'advisory'"
                            + " and classid = 1752131959 and database = (select oid from pg_database"
                            + " where datname = current_database())"))
                    .isEqualTo("1");
            assertThat(serve.terminate()).isEqualTo(143);
        }
    }

    private void prepareCallback() {
        database.run("create table public.called (body text)");
        database.run("create procedure public.call_me(body jsonb) language sql"
                + " as $$ insert into public.called values (body::text) $$");
        database.run("call pgpro_queue.create_queue('orders')");
        database.run("call pgpro_queue.register_callback('orders', 'public.call_me(jsonb)')");
        database.run("call pgpro_queue.insert_message('orders', '1')");
    }

    @Test
    void refusesCallbackOptionsThatCannotBe() {
        HowdahRun refused = HowdahRun.of(
                "serve",
                "--db",
                database.address().url(),
                "--callback-min-workers",
                "3",
                "--callback-max-workers",
                "2");
        assertThat(refused.err()).contains("minWorkers must not be more than maxWorkers, got 3 and 2");
        assertThat(refused.exitCode()).isEqualTo(ExitCode.USAGE);
    }

    private HowdahProcess serve(String name) {
        return HowdahProcess.start(
                "serve", "--db", database.address().url() + "?application_name=server-" + name, "--http-port", "0");
    }
}
