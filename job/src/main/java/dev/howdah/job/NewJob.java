package dev.howdah.job;

import dev.howdah.core.HowdahException;
import dev.howdah.core.PayloadCodec;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A job to be sent. The defaults are PGQueuer's: no payload, priority 0, due at once, no dedupe key, no headers.
 *
 * @param entrypoint the name by which workers choose their jobs; not empty
 * @param payload for the handler alone; none is null
 * @param priority higher ones first; equal ones in the order in which they were sent
 * @param delay from the sending transaction's start until it is due; from zero to a hundred years
 * @param runAt when it is due, instead of after a delay; none is null, one that has passed is at once
 * @param dedupeKey as long as a job with this key is queued or picked, another one is refused
 * @param headers a JSON object, as text
 * @param expiresAfter from the sending transaction's start until it is of no use any more, if no worker has begun it by
 *     then; null for never
 */
public record NewJob(
        String entrypoint,
        byte @Nullable [] payload,
        int priority,
        Duration delay,
        @Nullable Instant runAt,
        @Nullable String dedupeKey,
        @Nullable String headers,
        @Nullable Duration expiresAfter) {

    private static final Duration LONGEST_DELAY = Duration.ofDays(36_525);

    /**
     * @throws HowdahException.InvalidInput if the entrypoint is empty, a time is out of its range, or the headers are no
     *     JSON object at first sight
     */
    public NewJob {
        if (entrypoint.isEmpty()) {
            throw new HowdahException.InvalidInput("entrypoint must not be empty");
        }
        checkDelay(delay);
        if (runAt != null) {
            checkDelay(
                    Duration.between(Instant.now(), runAt).isNegative()
                            ? Duration.ZERO
                            : Duration.between(Instant.now(), runAt));
        }
        if (expiresAfter != null && (expiresAfter.isNegative() || expiresAfter.isZero())) {
            throw new HowdahException.InvalidInput("expiresAfter must be more than zero, got " + expiresAfter);
        }
        if (headers != null) {
            JobHeaders.check(headers);
        }
    }

    private static void checkDelay(Duration delay) {
        if (delay.isNegative()) {
            throw new HowdahException.InvalidInput("delay must not be negative, got " + delay);
        }
        if (delay.compareTo(LONGEST_DELAY) > 0) {
            throw new HowdahException.InvalidInput("execute_after must be at most 100 years, got " + delay);
        }
    }

    boolean isDueAtOnce() {
        return delay.isZero() && runAt == null;
    }

    /** As a handler is given it the first time. */
    Job sent(long id, Instant created, @Nullable String sentHeaders) {
        return new Job(
                id,
                entrypoint,
                payload == null ? new byte[0] : payload.clone(),
                priority,
                0,
                created,
                dedupeKey,
                sentHeaders);
    }

    public static NewJob of(String entrypoint) {
        return new NewJob(entrypoint, null, 0, Duration.ZERO, null, null, null, null);
    }

    public NewJob withPayload(byte[] bytes) {
        return new NewJob(entrypoint, bytes, priority, delay, runAt, dedupeKey, headers, expiresAfter);
    }

    /** UTF-8 text as the payload. */
    public NewJob withPayload(String text) {
        return withPayload(text, PayloadCodec.text());
    }

    public <T> NewJob withPayload(T value, PayloadCodec<T> codec) {
        return withPayload(codec.encode(value));
    }

    public NewJob withPriority(int value) {
        return new NewJob(entrypoint, payload, value, delay, runAt, dedupeKey, headers, expiresAfter);
    }

    public NewJob withDelay(Duration value) {
        return new NewJob(entrypoint, payload, priority, value, null, dedupeKey, headers, expiresAfter);
    }

    /** Due at this time. */
    public NewJob withRunAt(Instant value) {
        return new NewJob(entrypoint, payload, priority, Duration.ZERO, value, dedupeKey, headers, expiresAfter);
    }

    public NewJob withDedupeKey(String value) {
        return new NewJob(entrypoint, payload, priority, delay, runAt, value, headers, expiresAfter);
    }

    public NewJob withHeaders(String jsonObject) {
        return new NewJob(entrypoint, payload, priority, delay, runAt, dedupeKey, jsonObject, expiresAfter);
    }

    /** Not to be begun when so much time has passed; it is removed then, and logged {@code deleted}. */
    public NewJob withExpiry(Duration value) {
        return new NewJob(entrypoint, payload, priority, delay, runAt, dedupeKey, headers, value);
    }
}
