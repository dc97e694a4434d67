package dev.howdah.server;

import dev.howdah.gateway.GatewaySettings;
import dev.howdah.queue.CallbackSettings;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;

/**
 * How a server runs.
 *
 * @param httpHost the address to listen on. Any but a loopback address needs a secret or keys for tokens, and TLS or a
 *     trusted proxy in front. Default: 127.0.0.1
 * @param httpPort its port; 0 is any free one. Default: 3000, as PostgREST's
 * @param tls what HTTPS is answered with. Default: none, plain HTTP
 * @param poolSize how many calls the gateway makes at a time, each on a connection of its own. Five more are the duties',
 *     and three are kept for listening and leadership. Default: 10
 * @param stopTimeout how long calls and duties under way may go on when it stops. Default: 10 s
 * @param callbacks how the queues' callbacks are called, each worker on a connection of its own. Default: as the database
 *     says
 * @param jobLogKept how long the jobs' log is kept; what is older is removed once it is in the statistics. Default: none,
 *     it is kept for ever
 */
public record ServerSettings(
        String httpHost,
        int httpPort,
        Optional<TlsSettings> tls,
        int poolSize,
        Duration stopTimeout,
        GatewaySettings gateway,
        CallbackSettings callbacks,
        Optional<Duration> jobLogKept) {

    public static final String DEFAULT_HTTP_HOST = "127.0.0.1";
    public static final int DEFAULT_HTTP_PORT = 3000;
    public static final int DEFAULT_POOL_SIZE = 10;

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
        if (jobLogKept.isPresent() && jobLogKept.get().compareTo(Duration.ZERO) <= 0) {
            throw new IllegalArgumentException(
                    "the jobs' log is to be kept for more than zero, got " + jobLogKept.get());
        }
        if (httpHost.isBlank()) {
            throw new IllegalArgumentException("httpHost must not be empty");
        }
        if (!isLoopback(httpHost)) {
            refuseOpenDoor(httpHost, tls, gateway);
        }
    }

    private static void refuseOpenDoor(String host, Optional<TlsSettings> tls, GatewaySettings gateway) {
        if (gateway.tokens().keys().isEmpty()) {
            throw new IllegalArgumentException(host
                    + " is not a loopback address, and without a secret for tokens nobody is asked who they are:"
                    + " name a secret or a JWKS, or use 127.0.0.1");
        }
        if (tls.isEmpty() && gateway.traffic().trustedProxies().isEmpty()) {
            throw new IllegalArgumentException(
                    host + " is not a loopback address, and tokens would be sent in the clear:"
                            + " name a certificate for TLS, or the trusted proxy that has one");
        }
    }

    public static ServerSettings defaults() {
        return new ServerSettings(
                DEFAULT_HTTP_HOST,
                DEFAULT_HTTP_PORT,
                Optional.empty(),
                DEFAULT_POOL_SIZE,
                Duration.ofSeconds(10),
                GatewaySettings.defaults(),
                CallbackSettings.ofDatabase(),
                Optional.empty());
    }

    /** Name the gateway's settings and TLS first, if it is not a loopback address. */
    public ServerSettings withHttp(String host, int port) {
        return new ServerSettings(host, port, tls, poolSize, stopTimeout, gateway, callbacks, jobLogKept);
    }

    public ServerSettings withTls(Optional<TlsSettings> value) {
        return new ServerSettings(httpHost, httpPort, value, poolSize, stopTimeout, gateway, callbacks, jobLogKept);
    }

    public ServerSettings withPoolSize(int value) {
        return new ServerSettings(httpHost, httpPort, tls, value, stopTimeout, gateway, callbacks, jobLogKept);
    }

    public ServerSettings withGateway(GatewaySettings value) {
        return new ServerSettings(httpHost, httpPort, tls, poolSize, stopTimeout, value, callbacks, jobLogKept);
    }

    public ServerSettings withCallbacks(CallbackSettings value) {
        return new ServerSettings(httpHost, httpPort, tls, poolSize, stopTimeout, gateway, value, jobLogKept);
    }

    public ServerSettings withJobLogKept(Optional<Duration> value) {
        return new ServerSettings(httpHost, httpPort, tls, poolSize, stopTimeout, gateway, callbacks, value);
    }

    private static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("not an address of this machine: " + host, e);
        }
    }
}
