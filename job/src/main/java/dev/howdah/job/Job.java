package dev.howdah.job;

import dev.howdah.core.PayloadCodec;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A job as its handler gets it.
 *
 * @param payload empty if it was sent without one
 * @param attempts how many times it was tried and put back before; 0 the first time. A job taken over from a worker that
 *     died keeps its count.
 * @param headers a JSON object as text, or null
 */
public record Job(
        long id,
        String entrypoint,
        byte[] payload,
        int priority,
        int attempts,
        Instant created,
        @Nullable String dedupeKey,
        @Nullable String headers) {

    /** The payload as UTF-8 text. */
    public String text() {
        return payload(PayloadCodec.text());
    }

    public <T> T payload(PayloadCodec<T> codec) {
        return codec.decode(payload);
    }
}
