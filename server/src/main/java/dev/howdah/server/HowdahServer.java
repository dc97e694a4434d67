package dev.howdah.server;

import com.zaxxer.hikari.HikariDataSource;
import dev.howdah.Howdah;
import dev.howdah.core.DutyLoop;
import dev.howdah.core.Wakeups;
import dev.howdah.gateway.Gateway;
import io.javalin.Javalin;
import java.net.BindException;
import java.util.ArrayDeque;
import java.util.Deque;
import javax.sql.DataSource;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server on a database in which Howdah is installed. Any number may run on one database: each answers HTTP, each duty
 * that must run once runs in one of them.
 */
public final class HowdahServer implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(HowdahServer.class);
    private static final String APPLICATION = "howdah server";
    /** Callers get none of them: they can't keep the duties from their work, and leave no settings behind. */
    private static final int DUTY_CONNECTIONS = 5;

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final Howdah howdah;
    private final DutyLoop duties;
    private final Javalin http;

    private HowdahServer(DatabaseUrl database, ServerSettings settings) {
        try {
            HikariDataSource pool = opened(database.pool(APPLICATION, DUTY_CONNECTIONS));
            DataSource direct = database.dataSource(APPLICATION);
            howdah = opened(Howdah.over(pool, direct));
            duties = opened(DutyLoop.builder()
                    .duties(howdah.duties())
                    .duty(howdah.queues().callbacks(settings.callbacks()))
                    .duties(settings.jobLogKept().map(howdah.jobs()::pruning).stream()
                            .toList())
                    .leadershipOver(direct)
                    .stopTimeout(settings.stopTimeout())
                    .start());
            Wakeups wakeups = opened(Wakeups.over(direct));
            Gateway gateway = new Gateway(opened(database.pool(APPLICATION, settings.poolSize())), settings.gateway());
            gateway.listen(wakeups);
            http = http(gateway, settings);
            parts.push(http::stop);
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    /**
     * Starts everything, or nothing.
     *
     * @throws PortTakenException if something else listens on the HTTP port
     */
    public static HowdahServer start(DatabaseUrl database, ServerSettings settings) {
        return new HowdahServer(database, settings);
    }

    public int httpPort() {
        return http.port();
    }

    /** The wings, on the server's own connections. */
    public Howdah howdah() {
        return howdah;
    }

    /** Takes no more calls, lets those under way and the duties' rounds come to their end, and closes its connections. */
    @Override
    public void close() {
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (Exception e) {
                log.warn("a part did not close", e);
            }
        }
    }

    private <T extends AutoCloseable> T opened(T part) {
        parts.push(part);
        return part;
    }

    private static Javalin http(Gateway gateway, ServerSettings settings) {
        try {
            return Javalin.create(config -> {
                        config.startup.showJavalinBanner = false;
                        config.startup.showOldJavalinVersionWarning = false;
                        config.concurrency.useVirtualThreads = Runtime.version().feature() >= 21;
                        config.jetty.modifyServer(jetty ->
                                jetty.setStopTimeout(settings.stopTimeout().toMillis()));
                        gateway.register(config);
                        config.jetty.addConnector((jetty, http) -> connector(jetty, http, settings));
                    })
                    .start();
        } catch (RuntimeException e) {
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                if (cause instanceof BindException) {
                    throw new PortTakenException(settings.httpPort(), e);
                }
            }
            throw e;
        }
    }

    private static ServerConnector connector(Server jetty, HttpConfiguration http, ServerSettings settings) {
        HttpConnectionFactory plain = new HttpConnectionFactory(http);
        ServerConnector connector = settings.tls()
                .map(tls -> {
                    http.addCustomizer(new SecureRequestCustomizer(false));
                    SslContextFactory.Server factory = tls.contextFactory();
                    jetty.addBean(new TlsReload(tls, factory));
                    return new ServerConnector(jetty, factory, plain);
                })
                .orElseGet(() -> new ServerConnector(jetty, plain));
        connector.setHost(settings.httpHost());
        connector.setPort(settings.httpPort());
        return connector;
    }
}
