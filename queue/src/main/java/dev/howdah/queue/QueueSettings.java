package dev.howdah.queue;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What is to be set of a queue; what is not named stays as it is, or is pgpro_queue's default. PostgreSQL refuses what is
 * out of range. Retries, retry delay and dead-letter queue are for messages sent from now on.
 *
 * @param deadLetters whether it is a dead-letter queue, which takes the dead letters of others. Default: no
 * @param deadLetterQueue where its dead letters go. Default: they are kept aside
 * @param retries how often a message may be read again after a failed reading. Default: 10
 * @param retryDelay how long it stays away then, in whole seconds, rounded up. Default: 30 s
 * @param backoffFactor how many times as long each further failure makes the delay, from 1 to 1000. Default: 1
 * @param backoffMax up to how long. Default: a day
 */
public record QueueSettings(
        @Nullable Boolean deadLetters,
        @Nullable String deadLetterQueue,
        @Nullable Integer retries,
        @Nullable Duration retryDelay,
        @Nullable Double backoffFactor,
        @Nullable Duration backoffMax) {

    private static final Duration BACKOFF_MAX = Duration.ofDays(1);

    public static QueueSettings none() {
        return new QueueSettings(null, null, null, null, null, null);
    }

    /** A queue that takes the dead letters of others. */
    public QueueSettings forDeadLetters() {
        return new QueueSettings(true, deadLetterQueue, retries, retryDelay, backoffFactor, backoffMax);
    }

    public QueueSettings withDeadLetterQueue(String queue) {
        return new QueueSettings(deadLetters, queue, retries, retryDelay, backoffFactor, backoffMax);
    }

    public QueueSettings withRetries(int times) {
        return new QueueSettings(deadLetters, deadLetterQueue, times, retryDelay, backoffFactor, backoffMax);
    }

    public QueueSettings withRetryDelay(Duration delay) {
        return new QueueSettings(deadLetters, deadLetterQueue, retries, delay, backoffFactor, backoffMax);
    }

    /** A factor of 1 is the fixed delay. For all messages, from their next failure on. */
    public QueueSettings withBackoff(double factor, Duration max) {
        return new QueueSettings(deadLetters, deadLetterQueue, retries, retryDelay, factor, max);
    }

    @Nullable String type() {
        return deadLetters == null ? null : deadLetters ? "D" : "N";
    }

    @Nullable Integer retryDelaySeconds() {
        return retryDelay == null ? null : seconds(retryDelay);
    }

    int backoffMaxSeconds() {
        return seconds(backoffMax == null ? BACKOFF_MAX : backoffMax);
    }

    private static int seconds(Duration duration) {
        return (int) Math.min(Integer.MAX_VALUE, duration.plusNanos(999_999_999).toSeconds());
    }
}
