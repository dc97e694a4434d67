package dev.howdah.stream;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;

/**
 * How a stream stands.
 *
 * @param eventsPerSecond over the last half minute or so
 * @param unticked events that no consumer can see yet
 * @param lastTick how long ago
 * @param bytes on disk: events that some consumer has still to read, and those whose table has not been rotated yet
 */
public record StreamInfo(
        String name,
        int consumers,
        double eventsPerSecond,
        long unticked,
        Duration lastTick,
        Duration rotationPeriod,
        long bytes) {

    static StreamInfo of(ResultSet row) throws SQLException {
        return new StreamInfo(
                row.getString(1),
                row.getInt(2),
                row.getDouble(3),
                row.getLong(4),
                Duration.ofMillis(row.getLong(5)),
                Duration.ofMillis(row.getLong(6)),
                row.getLong(7));
    }
}
