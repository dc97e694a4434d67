package dev.howdah.testkit;

import dev.howdah.core.HowdahException;
import dev.howdah.core.SqlCall;
import dev.howdah.core.SqlErrors;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * SQL as a test says it: texts in, texts out, each time in a session without anything from the one before; but what
 * {@code alter role} or {@code alter database … set} gives to new sessions it has only after {@link #close}. Errors are
 * {@link HowdahException}s. May be used by several threads.
 */
public final class TestSql implements AutoCloseable {

    private static final int SECONDS_TO_ANSWER = 5;

    private final DataSource dataSource;
    /** Kept from one call to the next, because making one takes longer than most statements. */
    private final AtomicReference<@Nullable Connection> spare = new AtomicReference<>();

    public TestSql(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    /** A new connection at each call: none of them is the one that is kept. */
    public DataSource dataSource() {
        return dataSource;
    }

    /** Runs any number of statements, in one transaction. */
    public void run(String sql) {
        call(connection -> {
            try (Statement statement = connection.createStatement()) {
                return statement.execute(sql);
            }
        });
    }

    /** The first column of what {@code sql} selects, as text; null is "null". */
    public List<String> column(String sql) {
        return call(connection -> {
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery(sql)) {
                List<String> values = new ArrayList<>();
                while (rows.next()) {
                    values.add(String.valueOf(rows.getString(1)));
                }
                return values;
            }
        });
    }

    /** The one value that {@code sql} selects, as text; null is "null". */
    public String value(String sql) {
        List<String> values = column(sql);
        if (values.size() != 1) {
            throw new IllegalArgumentException("not one row but " + values.size() + ": " + sql);
        }
        return values.get(0);
    }

    /** Closes the connection that is kept. The next call makes another one. */
    @Override
    public void close() {
        Connection kept = spare.getAndSet(null);
        if (kept != null) {
            end(kept);
        }
    }

    private <T> T call(SqlCall<T> sql) {
        try {
            Connection connection = connection();
            try {
                return sql.on(connection);
            } finally {
                keep(connection);
            }
        } catch (SQLException e) {
            throw SqlErrors.of(e);
        }
    }

    private Connection connection() throws SQLException {
        Connection kept = spare.getAndSet(null);
        if (kept == null) {
            return dataSource.getConnection();
        }
        if (kept.isValid(SECONDS_TO_ANSWER)) {
            return kept;
        }
        end(kept);
        return dataSource.getConnection();
    }

    /** Unless it is lost, in a transaction that was left open, or one too many. */
    private void keep(Connection connection) {
        try (Statement statement = connection.createStatement()) {
            statement.execute("discard all");
            if (spare.compareAndSet(null, connection)) {
                return;
            }
        } catch (SQLException e) {
            // nothing of it is to be kept
        }
        end(connection);
    }

    private static void end(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            // it had ended before
        }
    }
}
