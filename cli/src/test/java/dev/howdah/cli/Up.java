package dev.howdah.cli;

import dev.howdah.server.DatabaseUrl;
import dev.howdah.testkit.TestSql;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** A {@code howdah up} on a folder and ports of its own. */
final class Up implements AutoCloseable {

    private final HowdahProcess process;
    private final Path data;
    private final JsonNode addresses;

    private Up(HowdahProcess process, Path data) {
        this.process = process;
        this.data = data;
        this.addresses = new ObjectMapper().readTree(process.awaitLine(line -> line.startsWith("{")));
    }

    static Up on(Path data, int pgPort, int httpPort) {
        return new Up(
                HowdahProcess.start(
                        "up",
                        "--json",
                        "--data",
                        data.toString(),
                        "--pg-port",
                        "" + pgPort,
                        "--http-port",
                        "" + httpPort),
                data);
    }

    HowdahProcess process() {
        return process;
    }

    String url() {
        return addresses.get("psql").stringValue();
    }

    String http() {
        return addresses.get("http").stringValue();
    }

    HttpResponse<String> post(String json) {
        try {
            return HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create(http() + "/rpc/fn_pgqueuer_enqueue"))
                                    .header("Content-Type", "application/json")
                                    .POST(HttpRequest.BodyPublishers.ofString(json))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    List<String> column(String sql) {
        return sql().column(sql);
    }

    String value(String sql) {
        return sql().value(sql);
    }

    void run(String sql) {
        sql().run(sql);
    }

    private TestSql sql() {
        return new TestSql(DatabaseUrl.parse(url()).dataSource("test"));
    }

    /** The PostgreSQL that it started. */
    ProcessHandle postmaster() {
        try {
            String pid = Files.readAllLines(data.resolve("data/postmaster.pid")).get(0);
            return ProcessHandle.of(Long.parseLong(pid.strip())).orElseThrow();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        if (process.isAlive()) {
            process.terminate();
        }
    }

    /** A dead process that nobody has collected yet still has an id, but no command line. */
    static boolean hasEnded(ProcessHandle process) {
        return !process.isAlive() || process.info().commandLine().isEmpty();
    }

    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
