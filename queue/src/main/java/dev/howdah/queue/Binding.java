package dev.howdah.queue;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;

/** A queue that gets messages of an exchange. @param key none for fanout exchanges */
public record Binding(String exchange, String queue, Optional<String> key) {

    static Binding of(ResultSet row) throws SQLException {
        return new Binding(row.getString(1), row.getString(2), Optional.ofNullable(row.getString(3)));
    }
}
