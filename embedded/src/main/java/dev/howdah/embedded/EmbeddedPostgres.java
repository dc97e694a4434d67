package dev.howdah.embedded;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running PostgreSQL of this process's own, on 127.0.0.1 alone. It has a superuser {@code postgres} and an ordinary
 * role {@code howdah} (may log in, create roles and databases) that owns the database {@code howdah}; both have the
 * same random password. Encoding is UTF8, locale C.
 *
 * <p>On a temporary home it is stopped and deleted with the process at the latest. On a kept home it stays up when the
 * process ends without {@link #close()}; the next start stops it and starts anew.
 */
public final class EmbeddedPostgres implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedPostgres.class);

    private final Home home;
    private final boolean temporary;
    private final HomeLock lock;
    private final Thread closeAtExit = new Thread(this::close, "howdah-postgres-stop");

    private @Nullable Cluster cluster;
    private PostgresAddress superuser = new PostgresAddress(Ports.HOST, 0, "postgres", Roles.SUPERUSER, "");
    private String version = "";
    private boolean closed;

    private EmbeddedPostgres(Home home, boolean temporary) {
        this.home = home;
        this.temporary = temporary;
        this.lock = HomeLock.take(home);
        if (temporary) {
            Runtime.getRuntime().addShutdownHook(closeAtExit);
        }
    }

    public static Builder builder() {
        return new Builder();
    }

    /** What to start; each call answers the builder itself. */
    public static final class Builder {
        private @Nullable Path home;
        private int port;
        private final Map<String, String> settings = new HashMap<>();
        private PostgresBinaries binaries = PostgresBinaries.bundled();
        private @Nullable Unprivileged user;

        private Builder() {}

        /**
         * A folder that survives: created if missing, used again if there. Without it (the default) there is a
         * temporary one, deleted at the end; as nothing in it has to survive a crash either, fsync, synchronous_commit
         * and full_page_writes are off there.
         */
        public Builder home(Path folder) {
            this.home = folder;
            return this;
        }

        /** The TCP port. Default 0: any free one. */
        public Builder port(int port) {
            if (port < 0 || port > 65535) {
                throw new IllegalArgumentException("not a port: " + port);
            }
            this.port = port;
            return this;
        }

        /** A setting as in postgresql.conf, like {@code ("max_connections", "300")}. Holds for this start only. */
        public Builder setting(String name, String value) {
            Settings.check(name, value);
            settings.put(name, value);
            return this;
        }

        /** Default: {@link PostgresBinaries#bundled()}. */
        public Builder binaries(PostgresBinaries binaries) {
            this.binaries = binaries;
            return this;
        }

        /** Default: {@link Unprivileged#forThisProcess()}. */
        Builder user(Unprivileged user) {
            this.user = user;
            return this;
        }

        /**
         * Returns when it accepts connections: under a second later on a home that exists, some seconds later on a new
         * one.
         *
         * @throws PortTakenException when something else listens on the port
         * @throws HomeInUseException when another process has the home
         * @throws EmbeddedPostgresException when the home cannot be written, holds the data of another major version, or
         *     PostgreSQL does not start
         */
        public EmbeddedPostgres start() {
            Unprivileged runAs = user == null ? Unprivileged.forThisProcess() : user;
            Path programs = binaries.unpackedFor(runAs);
            boolean temporary = home == null;
            EmbeddedPostgres postgres =
                    new EmbeddedPostgres(home == null ? TemporaryHomes.create() : Home.at(home), temporary);
            try {
                postgres.start(programs, runAs, port, settings);
                return postgres;
            } catch (IOException e) {
                postgres.close();
                throw new EmbeddedPostgresException(
                        "cannot start PostgreSQL in " + postgres.home.folder() + ": " + Errors.describe(e), e);
            } catch (RuntimeException | Error e) {
                postgres.close();
                throw e;
            }
        }
    }

    private synchronized void start(Path programs, Unprivileged user, int wantedPort, Map<String, String> wanted)
            throws IOException {
        if (temporary) {
            TemporaryHomes.removeAbandoned(home, abandoned -> stop(abandoned, programs, user));
        }
        Map<String, String> settings = new HashMap<>(temporary ? Settings.DISPOSABLE : Map.of());
        settings.putAll(wanted);
        Cluster started = new Cluster(home, programs, user);
        cluster = started;
        started.create(!temporary);
        int port = started.start(wantedPort, settings);
        superuser = new PostgresAddress(Ports.HOST, port, "postgres", Roles.SUPERUSER, started.password());
        version = Roles.ensure(superuser);
        LOG.debug("PostgreSQL {} serves {} on port {}", version, home.folder(), port);
    }

    private static void stop(Home abandoned, Path programs, Unprivileged user) {
        try {
            new Cluster(abandoned, programs, user).stop();
        } catch (IOException e) {
            throw new EmbeddedPostgresException("cannot stop " + abandoned.folder() + ": " + Errors.describe(e), e);
        }
    }

    /** The TCP port it listens on. */
    public int port() {
        return superuser.port();
    }

    /** The server's version, like {@code 18.6}. */
    public String version() {
        return version;
    }

    /** The ordinary role {@code howdah} on the database {@code howdah}. */
    public PostgresAddress address() {
        return database(Roles.DATABASE);
    }

    /** The superuser on the database {@code postgres}, for tests that create databases and roles. */
    public PostgresAddress superuser() {
        return superuser;
    }

    /** The ordinary role {@code howdah} on another database, whether it exists or not. */
    public PostgresAddress database(String name) {
        return new PostgresAddress(Ports.HOST, port(), name, Roles.ORDINARY, superuser.password());
    }

    /** Whether the server is up; it may have ended by itself, or been ended by somebody else. */
    public boolean isRunning() {
        try {
            return Postmaster.of(home, superuser.password()).isPresent();
        } catch (IOException e) {
            LOG.debug("Cannot read {}", home.folder(), e);
            return false;
        }
    }

    /** Breaks open transactions off, stops the server and waits until it is gone. Further calls do nothing. */
    @Override
    public void close() {
        end(Cluster::stop);
    }

    /**
     * Kills the server and its backends on the spot, as a crash would, and releases the home: a new start on it
     * recovers. A temporary home is deleted.
     */
    public void kill() {
        end(Cluster::kill);
    }

    private interface Ending {
        void of(Cluster cluster) throws IOException;
    }

    private synchronized void end(Ending ending) {
        if (closed) {
            return;
        }
        closed = true;
        try (lock) {
            if (cluster != null) {
                ending.of(cluster);
            }
            if (temporary) {
                TemporaryHomes.delete(home);
                forgetCloseAtExit();
            }
        } catch (IOException e) {
            throw new EmbeddedPostgresException(
                    "cannot stop PostgreSQL in " + home.folder() + ": " + Errors.describe(e), e);
        }
    }

    private void forgetCloseAtExit() {
        try {
            Runtime.getRuntime().removeShutdownHook(closeAtExit);
        } catch (IllegalStateException exitingAlready) {
            // it is what calls this
        }
    }
}
