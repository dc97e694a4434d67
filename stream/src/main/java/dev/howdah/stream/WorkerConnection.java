package dev.howdah.stream;

import dev.howdah.core.SqlCall;
import dev.howdah.core.SqlErrors;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The connection that a worker keeps while there is something to do; after an error it is another one. */
final class WorkerConnection {

    private static final Logger log = LoggerFactory.getLogger(WorkerConnection.class);

    private final DataSource dataSource;
    private @Nullable Connection connection;
    private boolean autoCommit;

    WorkerConnection(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    /** Runs one statement or several, each in its own transaction. */
    <T extends @Nullable Object> T call(SqlCall<T> work) {
        try {
            return work.on(open());
        } catch (SQLException e) {
            cut();
            throw SqlErrors.of(e);
        } catch (RuntimeException | Error e) {
            cut();
            throw e;
        }
    }

    /** Work that may throw anything, and says whether to commit. */
    @FunctionalInterface
    interface Work {
        boolean on(Connection connection) throws Exception;
    }

    /** Runs work in one transaction. @return whether it was committed */
    boolean transaction(Work work) throws Exception {
        try {
            Connection c = open();
            c.setAutoCommit(false);
            boolean commit = work.on(c);
            if (commit) {
                c.commit();
            } else {
                c.rollback();
            }
            c.setAutoCommit(true);
            return commit;
        } catch (SQLException e) {
            cut();
            throw SqlErrors.of(e);
        } catch (Throwable e) {
            cut(); // which rolls back
            throw e;
        }
    }

    /** Gives the connection back, as it came, until there is something to do again. */
    void rest() {
        try (Connection c = connection) {
            connection = null;
            if (c != null && !c.isClosed()) {
                c.setAutoCommit(autoCommit);
            }
        } catch (SQLException e) {
            log.debug("a connection was gone before it was given back", e);
        }
    }

    private Connection open() throws SQLException {
        if (connection == null) {
            Connection opened = dataSource.getConnection();
            connection = opened;
            autoCommit = opened.getAutoCommit();
            opened.setAutoCommit(true);
        }
        return connection;
    }

    private void cut() {
        try (Connection c = connection) {
            connection = null;
            if (c != null) {
                c.abort(Runnable::run);
            }
        } catch (SQLException e) {
            log.debug("a connection was gone before it was cut", e);
        }
    }
}
