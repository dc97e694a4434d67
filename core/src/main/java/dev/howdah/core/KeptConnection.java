package dev.howdah.core;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection that its owner keeps, and which fails when a question stays unanswered for too long. It is given back as
 * it came, so that a pool can lend it to anybody.
 */
final class KeptConnection implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(KeptConnection.class);

    private final Connection connection;
    private final boolean autoCommit;
    private final int networkTimeout;

    private KeptConnection(Connection connection) throws SQLException {
        this.connection = connection;
        autoCommit = connection.getAutoCommit();
        networkTimeout = connection.getNetworkTimeout();
    }

    static KeptConnection open(DataSource dataSource, boolean autoCommit, Duration answer) throws SQLException {
        Connection connection = dataSource.getConnection();
        try {
            KeptConnection kept = new KeptConnection(connection);
            connection.setNetworkTimeout(Runnable::run, (int) answer.toMillis());
            connection.setAutoCommit(autoCommit);
            return kept;
        } catch (SQLException | RuntimeException e) {
            discard(connection);
            throw e;
        }
    }

    Connection get() {
        return connection;
    }

    /** Rolls back, restores and gives back. */
    @Override
    public void close() {
        try (connection) {
            if (!connection.isClosed()) {
                giveBack();
            }
        } catch (SQLException e) {
            log.debug("a connection was closed late", e);
        }
    }

    private void giveBack() {
        try {
            if (!connection.getAutoCommit()) {
                connection.rollback();
            }
            connection.setAutoCommit(autoCommit);
            connection.setNetworkTimeout(Runnable::run, networkTimeout);
        } catch (SQLException e) {
            log.debug("a connection was gone before it was given back", e);
            discard(connection);
        }
    }

    /** Cuts a connection whose state nobody knows; whatever is open on it is rolled back by PostgreSQL. */
    static void discard(Connection connection) {
        try (connection) {
            connection.abort(Runnable::run);
        } catch (SQLException e) {
            log.debug("a connection was gone before it was cut", e);
        }
    }
}
