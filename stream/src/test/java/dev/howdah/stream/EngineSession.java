package dev.howdah.stream;

import static org.awaitility.Awaitility.await;

import dev.howdah.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/** One connection that stays, for tests in which it matters who has which transaction open. Texts in, texts out. */
final class EngineSession implements AutoCloseable {

    private static final Pattern PAGES = Pattern.compile("Buffers: shared(?: hit=(\\d+))?(?: read=(\\d+))?");

    private final TestDatabase database;
    private final Connection connection;
    private final String pid;

    EngineSession(TestDatabase database) {
        this.database = database;
        try {
            connection = database.dataSource().getConnection();
        } catch (SQLException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
        pid = value("select pg_backend_pid()");
    }

    /** With a transaction open that holds its snapshot. */
    static EngineSession holdingSnapshot(TestDatabase database) {
        EngineSession session = new EngineSession(database);
        session.run("begin isolation level repeatable read");
        session.value("select count(*) from pg_class");
        return session;
    }

    void run(String sql) {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e.getMessage(), e);
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
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    /** The first row's first column; "null" for null. */
    String value(String sql) {
        return column(sql).get(0);
    }

    long number(String sql) {
        return Long.parseLong(value(sql));
    }

    /** How many pages {@code sql}, a select of one row, touches. */
    long pages(String sql) {
        String plan = String.join("\n", column("explain (analyze, buffers, costs off, timing off) " + sql));
        Matcher pages = PAGES.matcher(plan);
        if (!pages.find()) {
            throw new IllegalStateException("no pages in " + plan);
        }
        return count(pages.group(1)) + count(pages.group(2));
    }

    private static long count(String digits) {
        return digits == null ? 0 : Long.parseLong(digits);
    }

    /** Runs it in a thread of its own, and comes back when PostgreSQL has it wait for a lock. */
    CompletableFuture<String> waiting(String sql) {
        CompletableFuture<String> result = CompletableFuture.supplyAsync(() -> value(sql));
        await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(10))
                .until(() -> database.value("select wait_event_type from pg_stat_activity where pid = " + pid)
                        .equals("Lock"));
        return result;
    }

    /** What it was notified of within this time, or nothing. */
    List<String> notifications(Duration wait) {
        try {
            PGNotification[] all =
                    connection.unwrap(PGConnection.class).getNotifications((int) Math.max(1, wait.toMillis()));
            List<String> payloads = new ArrayList<>();
            for (PGNotification notification : all == null ? new PGNotification[0] : all) {
                payloads.add(notification.getParameter());
            }
            return payloads;
        } catch (SQLException e) {
            throw new IllegalStateException(e.getMessage(), e);
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
            throw new IllegalStateException(e.getMessage(), e);
        }
    }
}
