package dev.howdah.queue;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A message that was given up.
 *
 * @param id its id in the queue where it died, for {@link DeadLetters#replay}
 * @param time when it was given up
 * @param attempts how many readings of it had failed by then
 * @param json its body, if that is JSON
 * @param xml its body, if that is XML
 * @param properties a JSON object
 * @param deadLetterQueue the queue that holds it; empty: it is kept aside
 */
public record DeadLetter(
        long id,
        Instant time,
        int attempts,
        @Nullable String reason,
        int priority,
        @Nullable String json,
        @Nullable String xml,
        String properties,
        Optional<String> deadLetterQueue) {

    /** Its body, JSON or XML. */
    public String body() {
        return json != null ? json : String.valueOf(xml);
    }

    static DeadLetter of(ResultSet row) throws SQLException {
        return new DeadLetter(
                row.getLong(1),
                row.getObject(2, OffsetDateTime.class).toInstant(),
                row.getInt(3),
                row.getString(4),
                row.getInt(5),
                row.getString(6),
                row.getString(7),
                row.getString(8),
                Optional.ofNullable(row.getString(9)));
    }
}
