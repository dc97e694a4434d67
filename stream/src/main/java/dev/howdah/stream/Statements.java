package dev.howdah.stream;

import dev.howdah.core.SqlErrors;
import dev.howdah.core.Transactions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Single statements with their arguments, each in a transaction of its own. */
record Statements(Transactions transactions, @Nullable String stream) {

    Statements(Transactions transactions) {
        this(transactions, null);
    }

    /** Whose errors name the stream. */
    Statements of(String name) {
        return new Statements(transactions, name);
    }

    /** Makes a value of the row that a result is at. */
    @FunctionalInterface
    interface RowReader<T> {
        T read(ResultSet row) throws SQLException;
    }

    /** The number that a call of a function gives. */
    long number(String sql, Object... arguments) {
        return rows(sql, row -> row.getLong(1), arguments).get(0);
    }

    <T> List<T> rows(String sql, RowReader<T> reader, Object... arguments) {
        return transactions.statement(connection -> {
            try {
                return rows(connection, sql, reader, arguments);
            } catch (SQLException e) {
                throw SqlErrors.of(e, stream, null);
            }
        });
    }

    static <T> List<T> rows(Connection connection, String sql, RowReader<T> reader, Object... arguments)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < arguments.length; i++) {
                statement.setObject(i + 1, arguments[i]);
            }
            try (ResultSet row = statement.executeQuery()) {
                List<T> values = new ArrayList<>();
                while (row.next()) {
                    values.add(reader.read(row));
                }
                return values;
            }
        }
    }
}
