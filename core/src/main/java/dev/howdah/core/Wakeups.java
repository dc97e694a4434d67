package dev.howdah.core;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One LISTEN connection for any number of listeners. It finds out by itself when the connection is dead, comes back with
 * growing pauses, and then tells every listener to look again, because notifications sent in the gap are lost.
 *
 * <p>A wake-up is a hint that saves waiting, never the message itself: whoever listens must also poll, slowly. Behind a
 * pooler in transaction mode, where LISTEN does nothing, polling alone remains.
 */
public final class Wakeups implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Wakeups.class);
    /** How long the thread blocks in a read before it looks for new listeners. */
    private static final int SLICE_MS = 200;
    /** PostgreSQL cuts longer names off, and then tells the cut ones. */
    private static final int LONGEST_CHANNEL = 63;

    private final DataSource dataSource;
    private final Backoff backoff;
    /** After this much silence the connection has to answer a question, within this time. */
    private final Duration probe;

    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private final Signal changed = new Signal();
    private volatile int failures;
    private @Nullable Thread thread;
    private volatile boolean closed;

    Wakeups(DataSource dataSource, Backoff backoff, Duration probe) {
        this.dataSource = dataSource;
        this.backoff = backoff;
        this.probe = probe;
    }

    /** Takes one connection of {@code dataSource} when the first listener comes, and keeps it. */
    public static Wakeups over(DataSource dataSource) {
        return new Wakeups(
                dataSource, new Backoff(Duration.ofMillis(50), Duration.ofSeconds(5)), Duration.ofSeconds(5));
    }

    /** What a listener is told. Called on the one listening thread: be quick, and do not throw. */
    @FunctionalInterface
    public interface Wakeup {

        /**
         * @param payload what was sent with NOTIFY; null says: look again, something may have been missed
         */
        void woken(@Nullable String payload);
    }

    /** Ends its listening when closed. */
    public interface Listening extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * Calls {@code wakeup} for every NOTIFY on {@code channel}; first once LISTEN is in force, to look again.
     *
     * @param channel 1 to 63 bytes of UTF-8, case-sensitive
     */
    public synchronized Listening listen(String channel, Wakeup wakeup) {
        check(channel);
        if (closed) {
            throw new IllegalStateException("closed");
        }
        Listener listener = new Listener(channel, wakeup);
        listeners.add(listener);
        changed.raise();
        if (thread == null) {
            thread = Threads.start("howdah-wakeups", this::run);
        }
        return () -> listeners.remove(listener);
    }

    /** One that PostgreSQL refuses would keep all others from being listened to. */
    private static void check(String channel) {
        int bytes = channel.getBytes(StandardCharsets.UTF_8).length;
        if (bytes == 0 || bytes > LONGEST_CHANNEL || channel.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("not a channel's name: " + channel);
        }
    }

    @Override
    public void close() {
        Thread running;
        synchronized (this) {
            closed = true;
            running = thread;
        }
        changed.raise();
        if (running != null && running != Thread.currentThread()) {
            try {
                running.join(probe.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** How many connections in a row were refused or lost at once. */
    int failures() {
        return failures;
    }

    private void run() {
        while (!closed) {
            try (KeptConnection connection =
                    KeptConnection.open(NotificationSocketFactory.in(dataSource), true, probe)) {
                new Session(connection.get()).run();
            } catch (SQLException | RuntimeException e) {
                failed(e);
            }
        }
    }

    /** Waits for the next try, the longer the more failures there were in a row. */
    private void failed(Exception e) {
        listeners.forEach(listener -> listener.listening = false);
        failures = failures + 1;
        Duration pause = backoff.after(failures);
        if (closed) {
            log.debug("listening failed while it was ended", e);
        } else if (failures == 1) {
            String reason = e instanceof SQLException sql ? SqlErrors.message(sql) : e.toString();
            log.warn("listening ended, next try in {} ms: {}", pause.toMillis(), reason);
        } else {
            log.debug("listening failed {} times, next try in {} ms", failures, pause.toMillis(), e);
        }
        try {
            long end = System.nanoTime() + pause.toNanos();
            while (!closed && end > System.nanoTime()) {
                changed.await(Duration.ofNanos(end - System.nanoTime()));
            }
        } catch (InterruptedException interrupted) {
            log.debug("interrupted while waiting", interrupted);
        }
    }

    private static final class Listener {
        private final String channel;
        private final Wakeup wakeup;
        private volatile boolean listening;

        Listener(String channel, Wakeup wakeup) {
            this.channel = channel;
            this.wakeup = wakeup;
        }
    }

    /** The life of one connection. */
    private final class Session {
        private final Connection connection;
        private final Set<String> channels = new HashSet<>();
        private final long began = System.nanoTime();
        private long heard = began;

        Session(Connection connection) {
            this.connection = connection;
        }

        void run() throws SQLException {
            try {
                listenToNew();
                if (failures > 0) {
                    log.info("listening again");
                }
                PGConnection postgres = connection.unwrap(PGConnection.class);
                while (!closed) {
                    PGNotification[] notifications = postgres.getNotifications(SLICE_MS);
                    for (PGNotification notification : notifications) {
                        tell(notification);
                    }
                    listenToNew();
                    probe(notifications.length > 0);
                }
            } finally {
                if (!connection.isClosed()) {
                    execute("unlisten *");
                }
            }
        }

        private void listenToNew() throws SQLException {
            Set<String> wanted = listeners.stream().map(l -> l.channel).collect(Collectors.toSet());
            for (String channel : wanted) {
                if (channels.add(channel)) {
                    execute("listen " + quoted(channel));
                }
            }
            for (String channel : Set.copyOf(channels)) {
                if (!wanted.contains(channel)) {
                    execute("unlisten " + quoted(channel));
                    channels.remove(channel);
                }
            }
            for (Listener listener : listeners) {
                if (!listener.listening && channels.contains(listener.channel)) {
                    listener.listening = true;
                    wake(listener, null);
                }
            }
        }

        private void tell(PGNotification notification) {
            for (Listener listener : listeners) {
                // one that came in between is told to look, once, when it is its turn
                if (listener.listening && listener.channel.equals(notification.getName())) {
                    wake(listener, notification.getParameter());
                }
            }
        }

        private void wake(Listener listener, @Nullable String payload) {
            try {
                listener.wakeup.woken(payload);
            } catch (Throwable e) {
                log.error("a listener on {} failed", listener.channel, e);
            } finally {
                Thread.interrupted();
            }
        }

        private void probe(boolean hasJustSpoken) throws SQLException {
            long now = System.nanoTime();
            if (!hasJustSpoken && now - heard > probe.toNanos()) {
                execute("select 1");
                hasJustSpoken = true;
            }
            if (hasJustSpoken) {
                heard = now;
                if (now - began > probe.toNanos()) {
                    failures = 0;
                }
            }
        }

        private void execute(String sql) throws SQLException {
            try (Statement statement = connection.createStatement()) {
                statement.execute(sql);
            }
        }

        private String quoted(String channel) {
            return '"' + channel.replace("\"", "\"\"") + '"';
        }
    }
}
