package dev.howdah.stream;

import dev.howdah.core.Statements;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;

/** The events of one stream that its consumers have given up; they stay until they are replayed or purged. */
public final class DeadLetters {

    private final Statements statements;
    private final String stream;

    DeadLetters(Statements statements, String stream) {
        this.statements = statements;
        this.stream = stream;
    }

    /** @param most the newest ones first. Errors: no such stream */
    public List<DeadLetter> list(int most) {
        return statements.rows(StreamSql.DEAD_LETTERS, DeadLetters::read, stream, most);
    }

    /**
     * Sends an event again, to the consumer that gave it up, its retries counted anew. Errors: no such dead letter; its
     * consumer is not registered any more.
     *
     * @return the new event's id
     */
    public long replay(long id) {
        return statements.number(StreamSql.REPLAY, id);
    }

    /** Sends all again that can be; the others stay. */
    public Replayed replayAll() {
        return statements
                .rows(
                        StreamSql.REPLAY_ALL,
                        row -> new Replayed(row.getLong(1), row.getLong(2), Optional.ofNullable(row.getString(3))),
                        stream)
                .get(0);
    }

    /** Removes those that are older. @return how many */
    public long purge(Duration olderThan) {
        return statements.number(StreamSql.PURGE, stream, olderThan.toString());
    }

    /** How a replay of all went. */
    public record Replayed(long replayed, long failed, Optional<String> firstError) {}

    private static DeadLetter read(ResultSet row) throws SQLException {
        return new DeadLetter(
                row.getLong(1),
                row.getString(2),
                instant(row, 3),
                row.getString(4),
                new Event(
                        row.getLong(5),
                        instant(row, 6),
                        row.getInt(7),
                        row.getString(8),
                        row.getString(9),
                        row.getString(10),
                        row.getString(11),
                        row.getString(12),
                        row.getString(13)));
    }

    private static Instant instant(ResultSet row, int column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }
}
