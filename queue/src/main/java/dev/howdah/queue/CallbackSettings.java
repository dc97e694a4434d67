package dev.howdah.queue;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a server calls callbacks: pgpro_queue's parameters. What is null is as the database says ({@code alter database …
 * set pgpro_queue.callback = on}, noticed within five seconds), or pgpro_queue's default.
 *
 * @param enabled whether callbacks are called at all. Default: no
 * @param minWorkers how many workers a server has, as long as a callback is registered. Default: 3
 * @param maxWorkers how many there may be in the database, of all servers. Default: 10
 * @param naptime between a worker's looks, when nothing wakes it. Default: 150 ms
 * @param checkTimeout between checks whether the procedures are what they were. Default: 60 s
 * @param workerIdleTimeout after which one of the idle workers is stopped. Default: 60 s
 * @param workerStartDelay how long all workers are busy before another one is started. Default: 5 s
 */
public record CallbackSettings(
        @Nullable Boolean enabled,
        @Nullable Integer minWorkers,
        @Nullable Integer maxWorkers,
        @Nullable Duration naptime,
        @Nullable Duration checkTimeout,
        @Nullable Duration workerIdleTimeout,
        @Nullable Duration workerStartDelay) {

    /** @throws IllegalArgumentException in one line, for what can't be */
    public CallbackSettings {
        if (minWorkers != null && minWorkers < 0) {
            throw new IllegalArgumentException("minWorkers must be 0 or more, got " + minWorkers);
        }
        if (maxWorkers != null && maxWorkers < 1) {
            throw new IllegalArgumentException("maxWorkers must be 1 or more, got " + maxWorkers);
        }
        if (minWorkers != null && maxWorkers != null && minWorkers > maxWorkers) {
            throw new IllegalArgumentException(
                    "minWorkers must not be more than maxWorkers, got " + minWorkers + " and " + maxWorkers);
        }
        if (naptime != null && naptime.toMillis() < 1) {
            throw new IllegalArgumentException("naptime must be 1 ms or more, got " + naptime);
        }
        check("checkTimeout", checkTimeout);
        check("workerIdleTimeout", workerIdleTimeout);
        check("workerStartDelay", workerStartDelay);
    }

    private static void check(String name, @Nullable Duration time) {
        if (time != null && time.isNegative()) {
            throw new IllegalArgumentException(name + " must not be negative, got " + time);
        }
    }

    /** All as the database says. */
    public static CallbackSettings ofDatabase() {
        return new CallbackSettings(null, null, null, null, null, null, null);
    }

    public CallbackSettings withEnabled(boolean value) {
        return new CallbackSettings(
                value, minWorkers, maxWorkers, naptime, checkTimeout, workerIdleTimeout, workerStartDelay);
    }

    public CallbackSettings withWorkers(int min, int max) {
        return new CallbackSettings(enabled, min, max, naptime, checkTimeout, workerIdleTimeout, workerStartDelay);
    }

    public CallbackSettings withNaptime(Duration value) {
        return new CallbackSettings(
                enabled, minWorkers, maxWorkers, value, checkTimeout, workerIdleTimeout, workerStartDelay);
    }

    public CallbackSettings withCheckTimeout(Duration value) {
        return new CallbackSettings(
                enabled, minWorkers, maxWorkers, naptime, value, workerIdleTimeout, workerStartDelay);
    }

    public CallbackSettings withWorkerIdleTimeout(Duration value) {
        return new CallbackSettings(enabled, minWorkers, maxWorkers, naptime, checkTimeout, value, workerStartDelay);
    }

    public CallbackSettings withWorkerStartDelay(Duration value) {
        return new CallbackSettings(enabled, minWorkers, maxWorkers, naptime, checkTimeout, workerIdleTimeout, value);
    }
}
