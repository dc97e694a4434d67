package dev.howdah.stream;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;

/**
 * How far a consumer is.
 *
 * @param pending about how many events it has still to read
 * @param lag the age of the tick that it has read up to
 * @param lastSeen how long ago it took or settled a batch
 * @param busy whether one of its workers has a batch
 * @param lastTick the tick that it has read up to, for {@link Streams#replay}
 */
public record ConsumerInfo(String name, long pending, Duration lag, Duration lastSeen, boolean busy, long lastTick) {

    static ConsumerInfo of(ResultSet row) throws SQLException {
        return new ConsumerInfo(
                row.getString(1),
                row.getLong(2),
                Duration.ofMillis(row.getLong(3)),
                Duration.ofMillis(row.getLong(4)),
                row.getBoolean(5),
                row.getLong(6));
    }
}
