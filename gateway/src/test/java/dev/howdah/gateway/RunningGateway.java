package dev.howdah.gateway;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.howdah.core.Wakeups;
import dev.howdah.testkit.TestDatabase;
import io.javalin.Javalin;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A gateway on a port of its own, over a pool of few connections on a fresh database. */
final class RunningGateway implements AutoCloseable {

    static final String ENQUEUE = "/rpc/fn_pgqueuer_enqueue";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    final TestDatabase database = TestDatabase.installed();
    private final Wakeups wakeups = Wakeups.over(database.dataSource());
    private final HikariDataSource pool;
    private final Javalin http;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private RunningGateway(GatewaySettings settings, int connections) {
        HikariConfig config = new HikariConfig();
        config.setDataSource(database.dataSource());
        config.setMaximumPoolSize(connections);
        config.setConnectionTimeout(1_000);
        pool = new HikariDataSource(config);
        Gateway gateway = new Gateway(pool, settings);
        gateway.listen(wakeups);
        http = Javalin.create(javalin -> {
                    javalin.startup.showJavalinBanner = false;
                    gateway.register(javalin);
                })
                .start("127.0.0.1", 0);
    }

    static RunningGateway start() {
        return new RunningGateway(GatewaySettings.defaults(), 4);
    }

    /** With one connection, so that each request gets what the one before has used. */
    static RunningGateway onOneConnection(String... exposed) {
        return onOneConnection(GatewaySettings.defaults().withExposed(List.of(exposed)));
    }

    static RunningGateway onOneConnection(GatewaySettings settings) {
        return new RunningGateway(settings.withTraffic(settings.traffic().withMaxBodyBytes(64 * 1024)), 1);
    }

    static RunningGateway with(GatewaySettings settings) {
        return new RunningGateway(settings, 4);
    }

    /** With the functions of functions.sql: schemas api, which is the default, and other. */
    static RunningGateway ofApi(GatewaySettings settings, String... more) {
        List<String> exposed = new ArrayList<>(List.of("api.*", "other.*"));
        exposed.addAll(List.of(more));
        RunningGateway gateway = new RunningGateway(settings.withExposed(exposed), 2);
        gateway.database.run(resource("functions.sql"));
        return gateway;
    }

    static RunningGateway ofApi() {
        return ofApi(GatewaySettings.defaults());
    }

    private static String resource(String name) {
        try (InputStream in = RunningGateway.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    HikariDataSource pool() {
        return pool;
    }

    int port() {
        return http.port();
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
                .timeout(PATIENCE);
    }

    Answer send(HttpRequest.Builder request) {
        try {
            return Answer.of(client.send(request.build(), BodyHandlers.ofString()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    Answer post(String path, String contentType, String body) {
        return send(request(path).header("Content-Type", contentType).POST(BodyPublishers.ofString(body)));
    }

    Answer enqueue(String json) {
        return post(ENQUEUE, "application/json", json);
    }

    Answer get(String path) {
        return send(request(path).GET());
    }

    /** A request with headers, {@code Name: value} each, and a body unless it is empty. */
    Answer call(String method, String path, String body, String... headers) {
        HttpRequest.Builder request =
                request(path).method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        for (String header : headers) {
            String[] parts = header.split(": ", 2);
            request.header(parts[0], parts[1]);
        }
        return send(request);
    }

    /** Sends bytes as they are and reads until the server closes the connection: {@code Connection: close} is yours. */
    Answer raw(String request) {
        return raw(request.getBytes(StandardCharsets.ISO_8859_1));
    }

    Answer raw(byte[] request) {
        try (Socket socket = new Socket("127.0.0.1", port())) {
            socket.setSoTimeout((int) PATIENCE.toMillis());
            socket.getOutputStream().write(request);
            socket.getOutputStream().flush();
            return RawAnswer.of(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    long jobs() {
        return Long.parseLong(database.value("select count(*) from pgqueuer"));
    }

    @Override
    public void close() {
        http.stop();
        wakeups.close();
        pool.close();
        database.close();
    }
}
