package dev.howdah.core;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Single statements with their arguments, each in a transaction of its own. @param queue what their errors name */
public record Statements(
        Transactions transactions, @Nullable String queue) {

    public Statements(Transactions transactions) {
        this(transactions, null);
    }

    /** Whose errors name the queue or stream. */
    public Statements of(String name) {
        return new Statements(transactions, name);
    }

    /** Makes a value of the row that a result is at. */
    @FunctionalInterface
    public interface RowReader<T> {
        T read(ResultSet row) throws SQLException;
    }

    /** The number that a call of a function gives. */
    public long number(String sql, @Nullable Object... arguments) {
        return rows(sql, row -> row.getLong(1), arguments).get(0);
    }

    /** Calls a procedure that gives nothing. */
    public void call(String sql, @Nullable Object... arguments) {
        transactions.statement(connection -> {
            try {
                call(connection, sql, arguments);
                return null;
            } catch (SQLException e) {
                throw SqlErrors.of(e, queue, null);
            }
        });
    }

    public static void call(Connection connection, String sql, @Nullable Object... arguments) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            bind(statement, arguments);
            statement.execute();
        }
    }

    public <T> List<T> rows(String sql, RowReader<T> reader, @Nullable Object... arguments) {
        return transactions.statement(connection -> {
            try {
                return rows(connection, sql, reader, arguments);
            } catch (SQLException e) {
                throw SqlErrors.of(e, queue, null);
            }
        });
    }

    public static <T> List<T> rows(
            Connection connection, String sql, RowReader<T> reader, @Nullable Object... arguments) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            bind(statement, arguments);
            try (ResultSet row = statement.executeQuery()) {
                List<T> values = new ArrayList<>();
                while (row.next()) {
                    values.add(reader.read(row));
                }
                return values;
            }
        }
    }

    private static void bind(PreparedStatement statement, @Nullable Object... arguments) throws SQLException {
        for (int i = 0; i < arguments.length; i++) {
            statement.setObject(i + 1, arguments[i]);
        }
    }
}
