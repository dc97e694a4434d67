package dev.howdah.cli;

import dev.howdah.gateway.GatewaySettings;
import dev.howdah.server.DatabaseUrl;
import dev.howdah.server.HowdahServer;
import dev.howdah.server.PortTakenException;
import dev.howdah.server.ServerSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
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
            description =
                    "Its address, a loopback one: callers are not asked who they are (default: ${DEFAULT-VALUE}).")
    private String httpHost = ServerSettings.DEFAULT_HTTP_HOST;

    @Option(
            names = "--max-body",
            paramLabel = "BYTES",
            defaultValue = "" + GatewaySettings.DEFAULT_MAX_BODY_BYTES,
            description = "The largest request body taken; more is answered 413 (default: ${DEFAULT-VALUE}).")
    private int maxBody;

    /** Wrong values show here, before anything is started. */
    ServerSettings settings() {
        return ServerSettings.defaults()
                .withHttp(httpHost, httpPort)
                .withGateway(GatewaySettings.defaults().withMaxBodyBytes(maxBody));
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
