package dev.howdah.queue;

import dev.howdah.core.HowdahException;
import dev.howdah.core.SqlErrors;
import dev.howdah.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/** One connection that stays, for tests in which it matters who has which transaction open. Texts in, texts out. */
final class QueueSession implements AutoCloseable {

    private final TestDatabase database;
    private final Connection connection;
    private final String pid;

    QueueSession(TestDatabase database) {
        this(database, database.dataSource());
    }

    /** As somebody else than the tests' own role. */
    QueueSession(TestDatabase database, DataSource login) {
        this.database = database;
        try {
            connection = login.getConnection();
        } catch (SQLException e) {
            throw SqlErrors.of(e);
        }
        pid = value("select pg_backend_pid()");
    }

    /** With a transaction open that holds its snapshot. */
    static QueueSession holdingSnapshot(TestDatabase database) {
        QueueSession session = new QueueSession(database);
        session.run("begin isolation level repeatable read");
        session.value("select count(*) from pg_class");
        return session;
    }

    QueueSession run(String sql) {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
            return this;
        } catch (SQLException e) {
            throw SqlErrors.of(e);
        }
    }

    List<String> column(String sql) {
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

    /** The first row's first column; "null" for null. */
    String value(String sql) {
        return column(sql).get(0);
    }

    /** The next message of a queue, or "null". */
    String read(String queue) {
        return value("select pgpro_queue.read_message('" + queue + "')");
    }

    /** SQLSTATE and message of the error that this is; "none" if it works. */
    String error(String sql) {
        try {
            run(sql);
            return "none";
        } catch (HowdahException e) {
            return e.sqlState().orElse("?") + " " + e.getMessage();
        }
    }

    /** Ends it as a crash would, whatever it has open, and comes back when PostgreSQL is done with it. */
    void crash() {
        database.column("select pg_terminate_backend(" + pid + ", 30000)");
        close();
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw SqlErrors.of(e);
        }
    }
}
