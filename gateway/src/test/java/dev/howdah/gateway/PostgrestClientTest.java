package dev.howdah.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** PostgREST's own client library for JavaScript, as npm has it: {@code src/test/node}. */
class PostgrestClientTest {

    private static final Path SOURCES = Path.of("src/test/node");
    private static final Path FOLDER = Path.of("target/node");

    @AutoClose
    static final RunningGateway gateway = RunningGateway.ofApi(
            GatewaySettings.defaults().withTokens(Tokens.settings()).withRollbackAllowed(true),
            "public.fn_pgqueuer_enqueue",
            "public.fn_pgqueuer_enqueue_batch");

    @Test
    void itsCallsGetWhatTheyWouldFromPostgrest() throws IOException, InterruptedException {
        assumeTrue(
                onPath("node") && onPath("npm"), "skipped: node and npm are needed to run PostgREST's client library");
        Files.createDirectories(FOLDER);
        for (String file : List.of("package.json", "package-lock.json", "client.test.js")) {
            Files.copy(SOURCES.resolve(file), FOLDER.resolve(file), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        }
        run(Map.of(), "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts");

        String said = run(
                Map.of(
                        "GATEWAY",
                        "http://127.0.0.1:" + gateway.port(),
                        "TOKEN",
                        Tokens.signed("{\"role\": \"howdah\"}", Tokens.SECRET)),
                "node",
                "--test",
                "client.test.js");

        assertThat(said).contains("# pass 16", "# fail 0");
    }

    private static boolean onPath(String command) {
        return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(folder -> new File(folder, command).canExecute());
    }

    private static String run(Map<String, String> environment, String... command)
            throws IOException, InterruptedException {
        Path said = FOLDER.resolve(command[0] + ".log").toAbsolutePath();
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(FOLDER.toFile())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        boolean ended = process.waitFor(2, TimeUnit.MINUTES);
        process.destroyForcibly();
        assertThat(ended).as(Files.readString(said)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(said)).isZero();
        return Files.readString(said);
    }
}
