package dev.howdah.core;

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
    /** After this much silence the connection has to answer a question, within this time. */
    private static final Duration PROBE = Duration.ofSeconds(5);

    private final DataSource dataSource;
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private final Signal changed = new Signal();
    private final Backoff backoff = new Backoff(Duration.ofMillis(50), Duration.ofSeconds(5));
    private @Nullable Thread thread;
    private volatile boolean closed;

    private Wakeups(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    /** Takes one connection of {@code dataSource} when the first listener comes, and keeps it. */
    public static Wakeups over(DataSource dataSource) {
        return new Wakeups(dataSource);
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

    /** Calls {@code wakeup} for every NOTIFY on {@code channel}; first once LISTEN is in force, to look again. */
    public synchronized Listening listen(String channel, Wakeup wakeup) {
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

    @Override
    public void close() {
        Thread running;
        synchronized (this) {
            closed = true;
            running = thread;
        }
        changed.raise();
        if (running != null) {
            try {
                running.join(PROBE.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void run() {
        int failures = 0;
        while (!closed) {
            try (Connection connection = dataSource.getConnection()) {
                connection.setAutoCommit(true);
                connection.setNetworkTimeout(Runnable::run, (int) PROBE.toMillis());
                new Session(connection, failures > 0).run();
            } catch (SQLException e) {
                failures = failed(failures + 1, e);
            }
        }
    }

    /** Waits for the next try. A connection that was lost at once counts from the first failure on. */
    private int failed(int failures, SQLException e) {
        listeners.forEach(listener -> listener.listening = false);
        Duration pause = backoff.after(failures);
        if (failures == 1) {
            log.warn("listening ended, next try in {} ms: {}", pause.toMillis(), SqlErrors.message(e));
        } else {
            log.debug("listening failed {} times, next try in {} ms", failures, pause.toMillis(), e);
        }
        try {
            long end = System.nanoTime() + pause.toNanos();
            while (!closed && end > System.nanoTime()) {
                changed.await(Duration.ofNanos(end - System.nanoTime()));
            }
        } catch (InterruptedException interrupted) {
            closed = true;
        }
        return failures;
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
        private final boolean again;
        private long heard = System.nanoTime();

        Session(Connection connection, boolean again) {
            this.connection = connection;
            this.again = again;
        }

        void run() throws SQLException {
            PGConnection postgres = connection.unwrap(PGConnection.class);
            listenToNew();
            if (again) {
                log.info("listening again");
            }
            while (!closed) {
                PGNotification[] notifications = postgres.getNotifications(SLICE_MS);
                for (PGNotification notification : notifications) {
                    tell(notification);
                }
                listenToNew();
                probe(notifications.length > 0);
            }
            execute("unlisten *");
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
                if (listener.channel.equals(notification.getName())) {
                    wake(listener, notification.getParameter());
                }
            }
        }

        private void wake(Listener listener, @Nullable String payload) {
            try {
                listener.wakeup.woken(payload);
            } catch (RuntimeException e) {
                log.error("a listener on {} failed", listener.channel, e);
            }
        }

        private void probe(boolean hasJustSpoken) throws SQLException {
            long now = System.nanoTime();
            if (hasJustSpoken) {
                heard = now;
            } else if (now - heard > PROBE.toNanos()) {
                execute("select 1");
                heard = now;
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
