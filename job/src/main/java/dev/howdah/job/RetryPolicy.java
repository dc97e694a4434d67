package dev.howdah.job;

import dev.howdah.core.Backoff;
import java.time.Duration;
import java.util.Optional;

/**
 * What follows when a handler throws.
 *
 * @param maxRetries how many times a job is tried again, 0 or more
 * @param backoff how long it waits before each
 */
public record RetryPolicy(int maxRetries, Backoff backoff) {

    public RetryPolicy {
        if (maxRetries < 0) {
            throw new IllegalArgumentException("maxRetries must be 0 or more, got " + maxRetries);
        }
    }

    /** Five retries, the first after a second, then twice as long each, at most five minutes; as PGQueuer's. */
    public static RetryPolicy standard() {
        return new RetryPolicy(5, new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(5)));
    }

    /** No retry: the first exception is the end. */
    public static RetryPolicy never() {
        return new RetryPolicy(0, standard().backoff());
    }

    /** The delay before the next try of a job that has been put back {@code attempts} times, if there is a next. */
    Optional<Duration> next(int attempts) {
        return attempts < maxRetries ? Optional.of(backoff.after(attempts + 1)) : Optional.empty();
    }
}
