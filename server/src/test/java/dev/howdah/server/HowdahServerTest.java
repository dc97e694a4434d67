package dev.howdah.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.howdah.core.HowdahException;
import dev.howdah.embedded.EmbeddedPostgres;
import dev.howdah.install.Installer;
import dev.howdah.testkit.TestDatabase;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HowdahServerTest {

    private static final ServerSettings ANY_PORT = ServerSettings.defaults().withHttp("127.0.0.1", 0);

    @AutoClose
    final TestDatabase database = TestDatabase.installed();

    private final DatabaseUrl url = DatabaseUrl.parse(database.address().url());
    private final HttpClient client = HttpClient.newHttpClient();

    @AfterEach
    void nothingIsLeftOpen() {
        await().untilAsserted(() -> assertThat(connections()).isZero());
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("JettyServerThreadPool"));
    }

    private long connections() {
        return Long.parseLong(database.value("select count(*) from pg_stat_activity where datname = current_database()"
                + " and pid <> pg_backend_pid() and application_name like 'howdah%'"));
    }

    @Test
    void startsAnswersAndStops() throws Exception {
        try (HowdahServer server = HowdahServer.start(url, ANY_PORT)) {
            HttpResponse<String> answer = enqueue(server.httpPort(), "{\"entrypoint\": \"a\"}");
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(database.value("select entrypoint from pgqueuer where id = " + answer.body()))
                    .isEqualTo("a");
            assertThat(connections()).isPositive();
        }
    }

    @Test
    void removesOldRowsOfTheJobsLogIfItIsToldTo() {
        database.run("""
                insert into pgqueuer_log (job_id, status, priority, entrypoint, created, aggregated)
                select n, 'successful', 0, 'a', now() - n * interval '1 day', true from generate_series(1, 4) as n""");
        try (HowdahServer server =
                HowdahServer.start(url, ANY_PORT.withJobLogKept(Optional.of(Duration.ofHours(60))))) {
            await().untilAsserted(() -> assertThat(database.column("select job_id from pgqueuer_log order by 1"))
                    .containsExactly("1", "2"));
        }
    }

    @Test
    void listensOnIpv6Loopback() throws Exception {
        try (HowdahServer server =
                HowdahServer.start(url, ServerSettings.defaults().withHttp("::1", 0))) {
            HttpRequest request = HttpRequest.newBuilder(
                            URI.create("http://[::1]:" + server.httpPort() + "/rpc/fn_pgqueuer_enqueue"))
                    .POST(BodyPublishers.ofString("{\"entrypoint\": \"a\"}"))
                    .build();
            assertThat(client.send(request, BodyHandlers.ofString()).statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void aPortThatIsTakenIsNamedAndNothingStarts() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            assertThatThrownBy(() -> HowdahServer.start(url, ANY_PORT.withHttp("127.0.0.1", taken.getLocalPort())))
                    .isInstanceOfSatisfying(
                            PortTakenException.class, e -> assertThat(e.port()).isEqualTo(taken.getLocalPort()))
                    .hasMessage("HTTP port " + taken.getLocalPort() + " is taken");
        }
    }

    @Test
    void aDatabaseThatIsNotThereIsSaidAtOnce() {
        assertThatThrownBy(() ->
                        HowdahServer.start(DatabaseUrl.parse(database.address().url() + "_not"), ANY_PORT))
                .isInstanceOf(HowdahException.class)
                .hasMessageContaining("does not exist");
        assertThatThrownBy(() -> HowdahServer.start(DatabaseUrl.parse("postgresql://u:s3cret@127.0.0.1:1/d"), ANY_PORT))
                .isInstanceOf(HowdahException.Unavailable.class)
                .hasMessageNotContaining("s3cret");
    }

    @Test
    void aCallUnderWayEndsBeforeTheServerDoes() throws Exception {
        HowdahServer server = HowdahServer.start(url, ANY_PORT);
        int port = server.httpPort();
        CompletableFuture<HttpResponse<String>> call;
        CompletableFuture<Void> closing;
        try (Connection blocker = database.dataSource().getConnection();
                Statement statement = blocker.createStatement()) {
            blocker.setAutoCommit(false);
            statement.execute("select fn_pgqueuer_enqueue('b', dedupe_key => 'k')");
            call = CompletableFuture.supplyAsync(() -> enqueue(port, "{\"entrypoint\": \"a\", \"dedupe_key\": \"k\"}"));
            await().until(() -> database.value("select count(*) from pg_stat_activity"
                            + " where datname = current_database() and wait_event_type = 'Lock'")
                    .equals("1"));
            closing = CompletableFuture.runAsync(server::close);
            await().until(() -> isRefused(port));
            assertThat(closing).isNotDone();
            blocker.rollback();
        }

        HttpResponse<String> answer = call.get(20, TimeUnit.SECONDS);
        closing.get(20, TimeUnit.SECONDS);

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(database.column("select id from pgqueuer")).containsExactly(answer.body());
    }

    private boolean isRefused(int port) {
        try {
            return enqueue(port, "{}").statusCode() == 503;
        } catch (IllegalStateException e) {
            return true;
        }
    }

    @Test
    void aDatabaseThatGoesAndComesBackIsSurvived(@TempDir Path home) {
        EmbeddedPostgres first = EmbeddedPostgres.builder().home(home).start();
        Installer.forWingsOnClassPath().install(first.address().dataSource());
        ServerSettings few = ANY_PORT.withPoolSize(2);
        try (HowdahServer server =
                HowdahServer.start(DatabaseUrl.parse(first.address().url()), few)) {
            assertThat(enqueue(server.httpPort(), "{\"entrypoint\": \"a\"}").statusCode())
                    .isEqualTo(200);
            first.close();

            HttpResponse<String> down = enqueue(server.httpPort(), "{\"entrypoint\": \"a\"}");
            assertThat(down.statusCode()).as(down.body()).isEqualTo(503);
            assertThat(down.headers().firstValue("Retry-After")).contains("1");
            assertThat(down.body())
                    .startsWith("{\"code\":\"")
                    .contains("\"message\":", "\"details\":", "\"hint\":null");

            try (EmbeddedPostgres second =
                    EmbeddedPostgres.builder().home(home).port(first.port()).start()) {
                await().atMost(Duration.ofSeconds(20))
                        .untilAsserted(() -> assertThat(enqueue(server.httpPort(), "{\"entrypoint\": \"b\"}")
                                        .statusCode())
                                .isEqualTo(200));
                assertThat(second.port()).isEqualTo(first.port());
            }
        }
    }

    private HttpResponse<String> enqueue(int port, String json) {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + port + "/rpc/fn_pgqueuer_enqueue"))
                .timeout(Duration.ofSeconds(20))
                .POST(BodyPublishers.ofString(json))
                .build();
        try {
            return client.send(request, BodyHandlers.ofString());
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
