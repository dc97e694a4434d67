package dev.howdah.stream;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An event as its consumers get it.
 *
 * @param id ascending within a batch; a retried event keeps its own
 * @param time when the transaction that sent it began, by the database's clock
 * @param retry how many times this consumer has put it off before; 0 the first time
 * @param extra1 the partition key, where one was sent
 */
public record Event(
        long id,
        Instant time,
        int retry,
        @Nullable String type,
        @Nullable String data,
        @Nullable String extra1,
        @Nullable String extra2,
        @Nullable String extra3,
        @Nullable String extra4) {

    /** The partition key: events with the same one come to a partitioned consumer in their order. */
    public @Nullable String key() {
        return extra1;
    }
}
