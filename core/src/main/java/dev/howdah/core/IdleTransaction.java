package dev.howdah.core;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A transaction that stays open, for the advisory locks that it holds. PostgreSQL frees them when the connection ends,
 * however it ends.
 *
 * <p>The locks belong to the transaction, not to the session: a session's lock would silently go to strangers behind a
 * pooler in transaction mode. In READ COMMITTED, between statements, it has neither a snapshot nor an xid, so it keeps
 * nothing from being vacuumed.
 */
public final class IdleTransaction implements AutoCloseable {

    /** How long an answer may take before the connection counts as dead. */
    private static final Duration ANSWER = Duration.ofMillis(1_500);

    /**
     * For this transaction alone, as the session may be shared. The tcp settings make PostgreSQL notice within two
     * seconds that the other machine is gone: keepalives while nothing is on its way, the user timeout while something is.
     */
    private static final String SETTINGS = """
            set transaction isolation level read committed;
            select set_config('idle_in_transaction_session_timeout', '0', true),
                   set_config('statement_timeout', '0', true),
                   set_config('tcp_keepalives_idle', '1', true),
                   set_config('tcp_keepalives_interval', '1', true),
                   set_config('tcp_keepalives_count', '1', true),
                   set_config('tcp_user_timeout', '2000', true)""";

    private static final String NO_TRANSACTION_TIMEOUT = """
            select set_config('transaction_timeout', '0', true)
             where current_setting('server_version_num')::int >= 170000""";

    /** A query's portal would keep its snapshot until the next round; that of a statement without one takes its place. */
    private static final String NO_SNAPSHOT = "set local statement_timeout = 0";

    private final KeptConnection connection;

    private IdleTransaction(KeptConnection connection) {
        this.connection = connection;
    }

    public static IdleTransaction open(DataSource dataSource) {
        try {
            KeptConnection opened = KeptConnection.open(dataSource, false, ANSWER);
            try (Statement statement = opened.get().createStatement()) {
                statement.execute(SETTINGS);
                statement.execute(NO_TRANSACTION_TIMEOUT);
                return new IdleTransaction(opened);
            } catch (SQLException | RuntimeException e) {
                opened.close();
                throw e;
            }
        } catch (SQLException e) {
            throw SqlErrors.of(e);
        }
    }

    /** Does {@code work} in it, and leaves it idle again. The answer also shows that it, and so each lock, still lives. */
    public <T extends @Nullable Object> T call(SqlCall<T> work) {
        return Transactions.joined(connection.get(), c -> {
            T result = work.on(c);
            rest(c);
            return result;
        });
    }

    private static void rest(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(NO_SNAPSHOT);
        }
    }

    /** Gives up all locks. */
    @Override
    public void close() {
        connection.close();
    }
}
