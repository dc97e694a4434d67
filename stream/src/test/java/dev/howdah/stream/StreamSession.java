package dev.howdah.stream;

import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** One connection with a transaction that ends when the test says so. Closing rolls back. */
record StreamSession(StreamQueue queue, Connection connection, int pid) implements AutoCloseable {

    static StreamSession open(StreamQueue queue) {
        try {
            Connection connection = queue.database().dataSource().getConnection();
            connection.setAutoCommit(false);
            int pid;
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("select pg_backend_pid()")) {
                row.next();
                pid = row.getInt(1);
            }
            connection.commit();
            return new StreamSession(queue, connection, pid);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    List<String> column(String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(queue.sql(sql))) {
            List<String> values = new ArrayList<>();
            while (rows.next()) {
                values.add(String.valueOf(rows.getString(1)));
            }
            return values;
        }
    }

    /** On a thread of its own. */
    CompletableFuture<List<String>> columnLater(String sql) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return column(sql);
            } catch (SQLException e) {
                throw new CompletionException(e);
            }
        });
    }

    /** Returns when this session waits for another one's lock. */
    void awaitBlocked() {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> queue.value("select cardinality(pg_blocking_pids(%d)) > 0".formatted(pid))
                        .equals("t"));
    }

    void commit() throws SQLException {
        connection.commit();
    }

    void rollback() throws SQLException {
        connection.rollback();
    }

    /** As if its process had been killed. */
    void crash() {
        queue.run("select pg_terminate_backend(%d, 60000)".formatted(pid));
    }

    @Override
    public void close() throws SQLException {
        try (connection) {
            if (connection.isValid(0)) {
                connection.rollback();
            }
        }
    }
}
