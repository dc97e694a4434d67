package dev.howdah.queue;

import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * How an exchange stands.
 *
 * @param refusesUnroutable whether a message that no queue gets is an error
 * @param unroutable how many of those there have been, in transactions that were rolled back, too
 */
public record ExchangeInfo(String name, ExchangeType type, String owner, boolean refusesUnroutable, long unroutable) {

    static ExchangeInfo of(ResultSet row) throws SQLException {
        return new ExchangeInfo(
                row.getString(1),
                ExchangeType.named(row.getString(2)),
                row.getString(3),
                row.getBoolean(4),
                row.getLong(5));
    }
}
