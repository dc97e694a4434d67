package dev.howdah.queue;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A message as it is stored.
 *
 * @param id ascending in the order of sending; what comes again after a failed reading keeps its own
 * @param time when the transaction that sent it began, by the database's clock
 * @param priority lower ones first
 * @param retries how often it may still be read again after a failed reading
 * @param retryDelay how long it stays away after a failed reading
 * @param attempts how many readings of it have failed
 * @param json its body, if that is JSON
 * @param xml its body, if that is XML
 * @param properties a JSON object
 * @param history in a dead-letter queue: a JSON object that says in which queue it died and why; else null
 */
public record StoredMessage(
        long id,
        Instant time,
        int priority,
        int retries,
        Duration retryDelay,
        int attempts,
        @Nullable String json,
        @Nullable String xml,
        String properties,
        @Nullable String history) {

    /** Its body, JSON or XML. */
    public String body() {
        return json != null ? json : String.valueOf(xml);
    }

    private static final Comparator<StoredMessage> ORDER =
            Comparator.comparingInt(StoredMessage::priority).thenComparingLong(StoredMessage::id);

    /** What a reading has taken, which comes in no certain order, in the order that messages are read in. */
    static List<StoredMessage> taken(ResultSet rows) throws SQLException {
        List<StoredMessage> messages = new ArrayList<>();
        while (rows.next()) {
            messages.add(of(rows, 1));
        }
        messages.sort(ORDER);
        return messages;
    }

    /** @param first the column of {@link QueueSql#COLUMNS}'s first */
    static StoredMessage of(ResultSet row, int first) throws SQLException {
        return new StoredMessage(
                row.getLong(first),
                row.getObject(first + 1, OffsetDateTime.class).toInstant(),
                row.getInt(first + 2),
                row.getInt(first + 3),
                Duration.ofSeconds(row.getInt(first + 4)),
                row.getInt(first + 5),
                row.getString(first + 6),
                row.getString(first + 7),
                row.getString(first + 8),
                row.getString(first + 9));
    }
}
