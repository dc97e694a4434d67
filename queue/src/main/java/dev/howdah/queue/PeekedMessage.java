package dev.howdah.queue;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Locale;
import java.util.Optional;

/**
 * A message that was looked at and not read.
 *
 * @param due when one that waits can be read
 */
public record PeekedMessage(State state, Optional<Instant> due, StoredMessage message) {

    /** Where it is on its way. */
    public enum State {
        /** It can be read. */
        READY,
        /** Somebody is reading it. */
        READING,
        /** A reading of it has failed, and is about to be counted. */
        RETRY,
        /** It is not due yet. */
        WAITING
    }

    static PeekedMessage of(ResultSet row) throws SQLException {
        return new PeekedMessage(
                State.valueOf(row.getString(1).toUpperCase(Locale.ROOT)),
                Optional.ofNullable(row.getObject(2, OffsetDateTime.class)).map(OffsetDateTime::toInstant),
                StoredMessage.of(row, 3));
    }
}
