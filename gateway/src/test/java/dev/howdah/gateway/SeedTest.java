package dev.howdah.gateway;

import static dev.howdah.gateway.RunningGateway.ENQUEUE;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The two calls that PGQueuer's manual shows, byte for byte: with curl where there is one. */
class SeedTest {

    private static final String SHORT = "{\"entrypoint\": \"fetch\", \"payload\": \"\"}";
    private static final String FULL = """
            {
                "entrypoint": "fetch",
                "payload": "aGVsbG8=",
                "priority": 5,
                "execute_after": "10 seconds",
                "dedupe_key": "fetch:hello",
                "headers": {"source": "api", "version": "1"}
              }""";
    private static final String ROW = """
            select format('%s|%s|%s|%s|%s|%s|%s|%s', entrypoint, convert_from(payload, 'utf8'), priority,
                          execute_after - created, dedupe_key, headers, status, attempts)
              from pgqueuer where id =\s""";
    private static final String LOG =
            "select format('%s|%s|%s|%s', job_id, status, entrypoint, priority) from pgqueuer_log";

    @AutoClose
    static final RunningGateway gateway = RunningGateway.start();

    @BeforeEach
    void empty() {
        gateway.database.run("truncate pgqueuer, pgqueuer_log");
    }

    @Test
    void theShortCall() throws Exception {
        String id = curl(SHORT);

        assertThat(id).matches("[1-9][0-9]*");
        assertThat(gateway.database.value(ROW + id)).isEqualTo("fetch||0|00:00:00|||queued|0");
        assertThat(gateway.database.value("select payload is not null and dedupe_key is null and headers is null"
                        + " from pgqueuer where id = " + id))
                .isEqualTo("t");
        assertThat(gateway.database.column(LOG)).containsExactly(id + "|queued|fetch|0");
    }

    @Test
    void theCallWithAllFields() throws Exception {
        String id = curl(FULL);

        assertThat(id).matches("[1-9][0-9]*");
        assertThat(gateway.database.value(ROW + id))
                .as("a base64 payload is kept as its text")
                .isEqualTo("fetch|aGVsbG8=|5|00:00:10|fetch:hello|{\"source\": \"api\", \"version\": \"1\"}|queued|0");
        assertThat(gateway.database.column(LOG)).containsExactly(id + "|queued|fetch|5");
    }

    @Test
    void aHexPayloadIsDecoded() {
        long id = gateway.enqueue("{\"entrypoint\": \"fetch\", \"payload\": \"\\\\x6869\"}")
                .id();

        assertThat(gateway.database.value("select convert_from(payload, 'utf8') from pgqueuer where id = " + id))
                .isEqualTo("hi");
    }

    @Test
    void theDescriptionSaysWhatTheFunctionDoes() {
        assertThat(gateway.get("/")
                        .json()
                        .at("/paths/~1rpc~1fn_pgqueuer_enqueue/post/summary")
                        .stringValue())
                .isEqualTo("Sends a job, and gives its id");
    }

    private static String curl(String body) throws IOException, InterruptedException {
        Optional<File> curl = Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .map(folder -> new File(folder, "curl"))
                .filter(File::canExecute)
                .findFirst();
        if (curl.isEmpty()) {
            return gateway.send(gateway.request(ENQUEUE)
                            .header("Content-Type", "application/json")
                            .POST(BodyPublishers.ofString(body)))
                    .body();
        }
        Process process = new ProcessBuilder(
                        curl.get().getPath(),
                        "--silent",
                        "--noproxy",
                        "*",
                        "http://localhost:" + gateway.port() + ENQUEUE,
                        "-H",
                        "Content-Type: application/json",
                        "-d",
                        body)
                .redirectErrorStream(true)
                .start();
        String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return answer;
    }
}
