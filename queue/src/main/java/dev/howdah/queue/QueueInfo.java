package dev.howdah.queue;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;

/**
 * How a queue stands.
 *
 * @param isForDeadLetters whether it takes the dead letters of others
 * @param deadLetterQueue where its dead letters go; else they are kept aside
 * @param backoffFactor how many times as long each further failure makes the retry delay; 1: it stays the same
 * @param ready messages that can be read, or are being read
 * @param waiting those sent with a delay, or read in vain and not yet due again
 * @param dead those kept aside
 * @param oldest when the oldest of the ready ones was sent
 * @param callback the procedure that is called with its messages
 * @param callbackProblem why that is not called
 */
public record QueueInfo(
        String name,
        boolean isForDeadLetters,
        String owner,
        Optional<String> deadLetterQueue,
        int retries,
        Duration retryDelay,
        double backoffFactor,
        Duration backoffMax,
        long ready,
        long waiting,
        long dead,
        Optional<Instant> oldest,
        Optional<String> callback,
        Optional<String> callbackProblem) {

    static QueueInfo of(ResultSet row) throws SQLException {
        return new QueueInfo(
                row.getString(1),
                row.getString(2).equals("D"),
                row.getString(3),
                Optional.ofNullable(row.getString(4)),
                row.getInt(5),
                Duration.ofSeconds(row.getInt(6)),
                row.getDouble(7),
                Duration.ofSeconds(row.getInt(8)),
                row.getLong(9),
                row.getLong(10),
                row.getLong(11),
                Optional.ofNullable(row.getObject(12, OffsetDateTime.class)).map(OffsetDateTime::toInstant),
                Optional.ofNullable(row.getString(13)),
                Optional.ofNullable(row.getString(14)));
    }
}
