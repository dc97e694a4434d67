package dev.howdah.job;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Knows when a handler's time is over. Has a thread only once there is a timeout. */
final class JobTimeouts implements AutoCloseable {

    private static final Runnable NOTHING = () -> {};

    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, task -> {
        Thread thread = new Thread(task, "howdah-job-timeouts");
        thread.setDaemon(true);
        return thread;
    });

    JobTimeouts() {
        timer.setRemoveOnCancelPolicy(true);
    }

    /**
     * Calls {@code over} when the time is over.
     *
     * @param timeout null for never
     * @return calls it off
     */
    Runnable after(@Nullable Duration timeout, Runnable over) {
        if (timeout == null) {
            return NOTHING;
        }
        Future<?> scheduled = timer.schedule(over, TimeUnit.NANOSECONDS.convert(timeout), TimeUnit.NANOSECONDS);
        return () -> scheduled.cancel(false);
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
