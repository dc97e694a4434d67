package dev.howdah.core;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * In whose transaction something happens: one of its own ({@link #call}, or {@link #script} in one round trip), a single
 * statement's ({@link #statement}), or the caller's ({@link #joined}). Every {@link SQLException} leaves here as a
 * {@link HowdahException}.
 */
public final class Transactions {

    private final DataSource dataSource;

    private Transactions(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    /** Transactions on connections of {@code dataSource}, each given back when its transaction ends. */
    public static Transactions over(DataSource dataSource) {
        return new Transactions(dataSource);
    }

    /**
     * Runs {@code work} in a transaction of its own: committed when it returns, rolled back when it throws.
     *
     * @throws HowdahException.Unavailable if the connection was lost; when that was during the commit, the outcome is
     *     unknown
     */
    public <T extends @Nullable Object> T call(SqlCall<T> work) {
        return withConnection(false, orRolledBack(connection -> {
            T result = work.on(connection);
            connection.commit();
            return result;
        }));
    }

    /**
     * Runs {@code work}, which is {@code begin; …; commit} in one message: a transaction of its own in one round trip. The
     * driver's own {@code begin} would have an answer to itself, which wakes both sides once more. Rolled back when it
     * throws.
     *
     * @throws HowdahException.Unavailable as for {@link #call}
     */
    public <T extends @Nullable Object> T script(SqlCall<T> work) {
        return withConnection(true, orRolledBack(work));
    }

    /** Runs {@code work}, which is a single statement, in that statement's own transaction: one round trip. */
    public <T extends @Nullable Object> T statement(SqlCall<T> work) {
        return withConnection(true, work);
    }

    /** Runs {@code work} in the caller's transaction, which stays the caller's to commit or roll back. */
    public static <T extends @Nullable Object> T joined(Connection connection, SqlCall<T> work) {
        try {
            return work.on(connection);
        } catch (SQLException e) {
            throw SqlErrors.of(e);
        }
    }

    private <T extends @Nullable Object> T withConnection(boolean autoCommit, SqlCall<T> work) {
        try (Connection connection = dataSource.getConnection()) {
            boolean before = connection.getAutoCommit();
            if (before == autoCommit) {
                return work.on(connection);
            }
            connection.setAutoCommit(autoCommit);
            try {
                return work.on(connection);
            } finally {
                restore(connection, before);
            }
        } catch (SQLException e) {
            throw SqlErrors.of(e);
        }
    }

    private static <T extends @Nullable Object> SqlCall<T> orRolledBack(SqlCall<T> work) {
        return connection -> {
            try {
                return work.on(connection);
            } catch (Throwable failure) { // a checked one, too, that slipped past the compiler
                rollBack(connection, failure);
                throw failure;
            }
        };
    }

    private static void rollBack(Connection connection, Throwable failure) {
        try (Statement statement = connection.createStatement()) {
            if (connection.getAutoCommit()) {
                statement.execute("rollback"); // of what a script began: the driver would refuse its own
            } else {
                connection.rollback();
            }
        } catch (SQLException e) {
            failure.addSuppressed(e);
            KeptConnection.discard(connection); // turning autocommit on again would commit
        }
    }

    /** Neither hides what happened before: a connection that can't be restored is not given back. */
    private static void restore(Connection connection, boolean autoCommit) {
        try {
            if (!connection.isClosed()) {
                connection.setAutoCommit(autoCommit);
            }
        } catch (SQLException e) {
            KeptConnection.discard(connection);
        }
    }
}
