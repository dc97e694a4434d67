package dev.howdah.cli;

import dev.howdah.server.DatabaseUrl;
import dev.howdah.server.HowdahServer;
import dev.howdah.server.PortTakenException;
import dev.howdah.server.ServerSettings;
import dev.howdah.server.TlsSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How {@code up} and {@code serve} start the server. */
final class ServerOptions {

    @Option(
            names = "--http-port",
            paramLabel = "PORT",
            defaultValue = "" + ServerSettings.DEFAULT_HTTP_PORT,
            description = "Where HTTP is answered; 0 is any free port (default: ${DEFAULT-VALUE}).")
    private int httpPort;

    @Option(
            names = "--http-host",
            paramLabel = "ADDRESS",
            defaultValue = ServerSettings.DEFAULT_HTTP_HOST,
            description = "Its address; any but a loopback one needs a secret for tokens, and TLS or a trusted proxy "
                    + "(default: ${DEFAULT-VALUE}).")
    private String httpHost = ServerSettings.DEFAULT_HTTP_HOST;

    @Option(
            names = "--tls-cert",
            paramLabel = "FILE",
            description = "Certificates in PEM, the server's own first; with --tls-key HTTPS is answered. "
                    + "Both are read again when they change.")
    private Optional<Path> certificates = Optional.empty();

    @Option(names = "--tls-key", paramLabel = "FILE", description = "The key in PEM, PKCS #8, unencrypted.")
    private Optional<Path> key = Optional.empty();

    @Option(
            names = "--http-connections",
            paramLabel = "N",
            defaultValue = "" + ServerSettings.DEFAULT_POOL_SIZE,
            description =
                    "Connections to PostgreSQL for calls over HTTP, so many at a time (default: ${DEFAULT-VALUE}).")
    private int connections;

    @Option(
            names = "--keep-job-log",
            paramLabel = "DURATION",
            description = "How long the jobs' log is kept, as in 30d; the statistics stay (default: for ever).")
    private Optional<Duration> jobLogKept = Optional.empty();

    @Mixin
    private GatewayOptions gateway = new GatewayOptions();

    @Mixin
    private CallbackOptions callbacks = new CallbackOptions();

    /**
     * Wrong values show here, before anything is started.
     *
     * @param callsBack whether callbacks are called where no option says it; empty: as the database says
     */
    ServerSettings settings(Optional<Boolean> callsBack) {
        if (certificates.isPresent() != key.isPresent()) {
            throw new IllegalArgumentException("--tls-cert and --tls-key go together");
        }
        return ServerSettings.defaults()
                .withTls(certificates.map(file -> new TlsSettings(file, key.orElseThrow())))
                .withPoolSize(connections)
                .withJobLogKept(jobLogKept)
                .withGateway(gateway.settings())
                .withCallbacks(callbacks.settings(callsBack))
                .withHttp(httpHost, httpPort);
    }

    /** Where it is answered, as a URL. */
    static String address(ServerSettings settings, HowdahServer server) {
        String host = settings.httpHost();
        return (settings.tls().isPresent() ? "https://" : "http://")
                + (host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host) + ":" + server.httpPort();
    }

    HowdahServer start(DatabaseUrl database, ServerSettings settings) {
        try {
            return HowdahServer.start(database, settings);
        } catch (PortTakenException e) {
            throw portTaken("HTTP port", e.port(), "--http-port", freePortAfter(e.port()));
        }
    }

    static CommandFailure portTaken(String what, int port, String option, int free) {
        return new CommandFailure(
                ExitCode.IN_USE, "%s %d is taken; %d is free: %s %d".formatted(what, port, free, option, free));
    }

    private int freePortAfter(int taken) {
        for (int port = taken + 1; port < 65_536; port++) {
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getByName(httpHost))) {
                return socket.getLocalPort();
            } catch (IOException alsoTaken) {
                // the next one
            }
        }
        return 0;
    }
}
