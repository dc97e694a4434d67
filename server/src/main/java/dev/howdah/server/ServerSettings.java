package dev.howdah.server;

import dev.howdah.gateway.GatewaySettings;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;

/**
 * How a server runs.
 *
 * @param httpHost the address to listen on; loopback only, because callers are not asked who they are. Default: 127.0.0.1
 * @param httpPort its port; 0 is any free one. Default: 3000, as PostgREST's
 * @param poolSize how many connections the gateway and the duties share, besides two that are kept for listening and
 *     leadership. Default: 10
 * @param stopTimeout how long calls and duties under way may go on when it stops. Default: 10 s
 */
public record ServerSettings(
        String httpHost, int httpPort, int poolSize, Duration stopTimeout, GatewaySettings gateway) {

    public static final String DEFAULT_HTTP_HOST = "127.0.0.1";
    public static final int DEFAULT_HTTP_PORT = 3000;

    /** @throws IllegalArgumentException in one line, for what can't be */
    public ServerSettings {
        if (httpPort < 0 || httpPort > 65_535) {
            throw new IllegalArgumentException("not a port: " + httpPort);
        }
        if (poolSize < 1) {
            throw new IllegalArgumentException("poolSize must be 1 or more, got " + poolSize);
        }
        if (stopTimeout.isNegative()) {
            throw new IllegalArgumentException("stopTimeout must not be negative, got " + stopTimeout);
        }
        if (httpHost.isBlank()) {
            throw new IllegalArgumentException("httpHost must not be empty");
        }
        if (!isLoopback(httpHost)) {
            throw new IllegalArgumentException(
                    httpHost + " is not a loopback address, and the gateway asks nobody who they are: use 127.0.0.1");
        }
    }

    public static ServerSettings defaults() {
        return new ServerSettings(
                DEFAULT_HTTP_HOST, DEFAULT_HTTP_PORT, 10, Duration.ofSeconds(10), GatewaySettings.defaults());
    }

    public ServerSettings withHttp(String host, int port) {
        return new ServerSettings(host, port, poolSize, stopTimeout, gateway);
    }

    public ServerSettings withGateway(GatewaySettings value) {
        return new ServerSettings(httpHost, httpPort, poolSize, stopTimeout, value);
    }

    private static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("not an address of this machine: " + host, e);
        }
    }
}
