package dev.howdah.testkit;

import dev.howdah.core.HowdahException;
import dev.howdah.core.SqlErrors;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/**
 * One connection that stays, for tests in which it matters who has which transaction open. Texts in, texts out; errors are
 * {@link HowdahException}s. For one thread at a time.
 */
public class TestSession implements AutoCloseable {

    private final TestDatabase database;
    private final Connection connection;
    private final String pid;

    public TestSession(TestDatabase database) {
        this(database, database.dataSource());
    }

    /** As somebody else than the tests' own role. */
    public TestSession(TestDatabase database, DataSource login) {
        this.database = database;
        try {
            connection = login.getConnection();
        } catch (SQLException e) {
            throw SqlErrors.of(e);
        }
        pid = value("select pg_backend_pid()");
    }

    /** With a transaction open that holds its snapshot. */
    public static TestSession holdingSnapshot(TestDatabase database) {
        TestSession session = new TestSession(database);
        session.run("begin isolation level repeatable read");
        session.value("select count(*) from pg_class");
        return session;
    }

    public final Connection connection() {
        return connection;
    }

    /** The process that serves it, as in pg_stat_activity. */
    public final String pid() {
        return pid;
    }

    /** Runs any number of statements. */
    public TestSession run(String sql) {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
            return this;
        } catch (SQLException e) {
            throw SqlErrors.of(e);
        }
    }

    /** The first column of what {@code sql} selects; null is "null". */
    public final List<String> column(String sql) {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> values = new ArrayList<>();
            while (rows.next()) {
                values.add(String.valueOf(rows.getString(1)));
            }
            return values;
        } catch (SQLException e) {
            throw SqlErrors.of(e);
        }
    }

    /** The first row's first column; null is "null". */
    public final String value(String sql) {
        return column(sql).get(0);
    }

    /** SQLSTATE and message of the error that this is; "none" if it works. */
    public final String error(String sql) {
        try {
            run(sql);
            return "none";
        } catch (HowdahException e) {
            return e.sqlState().orElse("?") + " " + e.getMessage();
        }
    }

    /** Ends it as a crash would, whatever it has open, and comes back when PostgreSQL is done with it. */
    public final void crash() {
        database.column("select pg_terminate_backend(" + pid + ", 30000)");
        close();
    }

    /** Rolls back what is open. */
    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw SqlErrors.of(e);
        }
    }
}
