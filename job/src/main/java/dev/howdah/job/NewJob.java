package dev.howdah.job;

import dev.howdah.core.HowdahException;
import dev.howdah.core.PayloadCodec;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A job to be sent. The defaults are PGQueuer's: no payload, priority 0, due at once, no dedupe key, no headers.
 *
 * @param entrypoint the name by which workers choose their jobs; not empty
 * @param payload for the handler alone; none is null
 * @param priority higher ones first; equal ones in the order in which they were sent
 * @param delay from the sending transaction's start until it is due; from zero to a hundred years
 * @param dedupeKey as long as a job with this key is queued or picked, another one is refused
 * @param headers a JSON object, as text
 */
public record NewJob(
        String entrypoint,
        byte @Nullable [] payload,
        int priority,
        Duration delay,
        @Nullable String dedupeKey,
        @Nullable String headers) {

    /** @throws HowdahException.InvalidInput if the entrypoint is empty or the delay negative */
    public NewJob {
        if (entrypoint.isEmpty()) {
            throw new HowdahException.InvalidInput("entrypoint must not be empty");
        }
        if (delay.isNegative()) {
            throw new HowdahException.InvalidInput("delay must not be negative, got " + delay);
        }
    }

    public static NewJob of(String entrypoint) {
        return new NewJob(entrypoint, null, 0, Duration.ZERO, null, null);
    }

    public NewJob withPayload(byte[] bytes) {
        return new NewJob(entrypoint, bytes, priority, delay, dedupeKey, headers);
    }

    /** UTF-8 text as the payload. */
    public NewJob withPayload(String text) {
        return withPayload(text, PayloadCodec.text());
    }

    public <T> NewJob withPayload(T value, PayloadCodec<T> codec) {
        return withPayload(codec.encode(value));
    }

    public NewJob withPriority(int value) {
        return new NewJob(entrypoint, payload, value, delay, dedupeKey, headers);
    }

    public NewJob withDelay(Duration value) {
        return new NewJob(entrypoint, payload, priority, value, dedupeKey, headers);
    }

    public NewJob withDedupeKey(String value) {
        return new NewJob(entrypoint, payload, priority, delay, value, headers);
    }

    public NewJob withHeaders(String jsonObject) {
        return new NewJob(entrypoint, payload, priority, delay, dedupeKey, jsonObject);
    }
}
