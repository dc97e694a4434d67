package dev.howdah.job;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How the jobs of one entrypoint are worked. All workers of an entrypoint should agree on its limits.
 *
 * @param limit how many are at work at a time in the whole fleet, never more; a claimed job counts until its outcome is
 *     written. Workers of PGQueuer are counted, and count in their own way. Default: none
 * @param rate how many are begun in a period in the whole fleet, never more; retries count, what is taken over from a dead
 *     worker does not. Default: none
 * @param timeout how long a handler may take; then its thread is interrupted, and the job has failed. Default: none
 * @param retry what follows when a handler throws. Default: the worker's
 * @param onFailure what becomes of a job whose retries are exhausted. Default: the worker's
 */
public record HandlerOptions(
        @Nullable Integer limit,
        @Nullable Rate rate,
        @Nullable Duration timeout,
        @Nullable RetryPolicy retry,
        JobWorker.@Nullable OnFailure onFailure) {

    /** So many jobs in a period: in any period, wherever it begins. */
    public record Rate(int jobs, Duration period) {
        public Rate {
            if (jobs < 1) {
                throw new IllegalArgumentException("a rate is of 1 job or more, got " + jobs);
            }
            if (period.isNegative() || period.isZero()) {
                throw new IllegalArgumentException("a rate's period must be more than zero, got " + period);
            }
        }
    }

    public HandlerOptions {
        if (limit != null && limit < 1) {
            throw new IllegalArgumentException("limit must be 1 or more, got " + limit);
        }
        if (timeout != null && (timeout.isNegative() || timeout.isZero())) {
            throw new IllegalArgumentException("timeout must be more than zero, got " + timeout);
        }
    }

    public static HandlerOptions defaults() {
        return new HandlerOptions(null, null, null, null, null);
    }

    public HandlerOptions withLimit(int value) {
        return new HandlerOptions(value, rate, timeout, retry, onFailure);
    }

    public HandlerOptions withRate(int jobs, Duration period) {
        return new HandlerOptions(limit, new Rate(jobs, period), timeout, retry, onFailure);
    }

    public HandlerOptions withTimeout(Duration value) {
        return new HandlerOptions(limit, rate, value, retry, onFailure);
    }

    public HandlerOptions withRetry(RetryPolicy value) {
        return new HandlerOptions(limit, rate, timeout, value, onFailure);
    }

    public HandlerOptions withOnFailure(JobWorker.OnFailure value) {
        return new HandlerOptions(limit, rate, timeout, retry, value);
    }
}
