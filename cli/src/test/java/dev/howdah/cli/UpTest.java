package dev.howdah.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UpTest {

    @TempDir
    Path data;

    @Test
    void jobsComeInByHttpCallbacksAreCalledAndEverythingIsThereAtTheNextUp() {
        ProcessHandle postmaster;
        try (Up up = Up.on(data, 0, 0)) {
            postmaster = up.postmaster();
            // the two calls of PGQueuer's page about PostgREST
            assertThat(up.post("{\"entrypoint\": \"fetch\", \"payload\": \"\"}").body())
                    .isEqualTo("1");
            assertThat(up.post("""
                    {
                    "entrypoint": "fetch",
                    "payload": "aGVsbG8=",
                    "priority": 5,
                    "execute_after": "1 seconds",
                    "dedupe_key": "fetch:hello",
                    "headers": {"source": "api", "version": "1"}
                    }""").body()).isEqualTo("2");

            try (HowdahProcess work =
                    HowdahProcess.start("work", "fetch", "--data", data.toString(), "--", "sh", "-c", """
                    cat; echo; echo "$HOWDAH_JOB_ID $HOWDAH_PRIORITY $HOWDAH_HEADER_SOURCE $HOWDAH_DEDUPE_KEY\"""")) {
                work.awaitLine("2 5 api fetch:hello"::equals);
                await().atMost(Duration.ofSeconds(60))
                        .until(() -> up.value("select count(*) from pgqueuer").equals("0"));
                assertThat(work.out()).contains("\n1 0  ", "aGVsbG8=\n2 5 api fetch:hello");
                assertThat(work.terminate()).isEqualTo(143);
                assertThat(work.err()).contains("job 1 fetch: done, ", "job 2 fetch: done, ");
            }
            assertThat(up.column("select job_id || ' ' || status from pgqueuer_log order by job_id, id"))
                    .containsExactly("1 queued", "1 picked", "1 successful", "2 queued", "2 picked", "2 successful");
            up.post("{\"entrypoint\": \"later\"}");
            up.run("create table called (body text)");
            up.run("create procedure call_me(body jsonb) language sql as $$ insert into called values (body::text) $$");
            up.run("call pgpro_queue.create_queue('orders')");
            up.run("call pgpro_queue.register_callback('orders', 'call_me(jsonb)')");
            up.run("call pgpro_queue.insert_message('orders', '1')");
            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(() ->
                            assertThat(up.column("select body from called")).containsExactly("1"));
        }
        assertThat(Up.hasEnded(postmaster)).isTrue();
        assertThat(data.resolve("up.properties")).doesNotExist();

        try (Up again = Up.on(data, 0, 0)) {
            assertThat(again.column("select entrypoint from pgqueuer")).containsExactly("later");
            again.run("call pgpro_queue.insert_message('orders', '2')");
            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(again.column("select body from called order by 1"))
                            .containsExactly("1", "2"));
        }
    }

    @Test
    void showsTheWayOfAJobOfAnEventAndOfAMessageAndStaysUp() {
        try (HowdahProcess demo =
                HowdahProcess.start("up", "--demo", "--data", data.toString(), "--pg-port", "0", "--http-port", "0")) {
            demo.awaitLine(line -> line.matches(" +successful +\\+\\d+\\.\\d ms"));
            demo.awaitLine(line -> line.matches(" +handled +\\+\\d+\\.\\d ms"));
            demo.awaitLine(line -> line.matches(" +gone +\\+\\d+\\.\\d ms"));
            assertThat(demo.out())
                    .contains(
                            "Howdah is up.",
                            "psql   postgresql://",
                            "JDBC   jdbc:postgresql://",
                            "/rpc/fn_pgqueuer_enqueue",
                            "export HOWDAH_DATA=" + data)
                    .containsPattern("The way of a job: 1 was sent, and its handler had \"hello\" after \\d+\\.\\d ms")
                    .containsPattern("The way of an event: \\d+ was sent, after \\d+ to warm up, "
                            + "and its consumer had \"hello\" after \\d+\\.\\d ms")
                    .containsPattern("The way of a message: \\d+ was sent, after \\d+ to warm up, "
                            + "and its handler had \"hello\" after \\d+\\.\\d ms")
                    .contains("stream create news && ", "queue create pdfs && ");
            for (String wing : List.of("stream", "queue")) {
                assertThat(HowdahRun.of(wing, "list", "--json", "--data", data.toString())
                                .out())
                        .isEqualTo("[]");
            }
            assertThat(demo.isAlive()).isTrue();
            assertThat(demo.terminate()).isEqualTo(143);
        }
    }

    @Test
    void endsWithAWordWhenItsPostgresHasEnded() {
        try (Up up = Up.on(data, 0, 0)) {
            up.postmaster().destroyForcibly();
            assertThat(up.process().awaitEnd()).isEqualTo(ExitCode.FAILED);
            assertThat(up.process().err())
                    .contains(
                            "howdah: PostgreSQL has ended by itself; " + data.resolve("postgresql.log") + " says why");
        }
    }

    @Test
    void saysWhatIsInUseAndWhatIsFree() throws Exception {
        Path other = Files.createTempDirectory("howdah-other");
        try (Up up = Up.on(data, 0, 0)) {
            String pgPort = up.url().replaceAll(".*:(\\d+)/.*", "$1");
            String httpPort = up.http().replaceAll(".*:", "");

            HowdahProcess sameData =
                    HowdahProcess.run("up", "--data", data.toString(), "--pg-port", "0", "--http-port", "0");
            assertThat(sameData.err())
                    .isEqualTo("howdah: " + data + " is in use by process "
                            + up.process().pid());
            assertThat(sameData.exitCode()).isEqualTo(ExitCode.IN_USE);

            HowdahProcess samePgPort =
                    HowdahProcess.run("up", "--data", other.toString(), "--pg-port", pgPort, "--http-port", "0");
            assertThat(samePgPort.err())
                    .matches("howdah: PostgreSQL port " + pgPort + " is taken; \\d+ is free: --pg-port \\d+");
            assertThat(samePgPort.exitCode()).isEqualTo(ExitCode.IN_USE);

            HowdahProcess sameHttpPort =
                    HowdahProcess.run("up", "--data", other.toString(), "--pg-port", "0", "--http-port", httpPort);
            assertThat(sameHttpPort.err())
                    .matches("howdah: HTTP port " + httpPort + " is taken; \\d+ is free: --http-port \\d+");
            assertThat(sameHttpPort.exitCode()).isEqualTo(ExitCode.IN_USE);
            assertThat(other.resolve("data/postmaster.pid")).doesNotExist();
        }
    }
}
