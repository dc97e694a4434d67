package dev.howdah.job;

import dev.howdah.core.Outcome;
import java.time.Duration;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** One job's way through its handler, on a thread of its own. */
final class JobExecution implements Runnable {

    private final Job job;
    private final JobHandler handler;
    private final RetryPolicy retryPolicy;
    private final JobWorker.OnFailure onFailure;
    private final BiConsumer<JobExecution, Settlement> end;
    private @Nullable Thread thread;
    private boolean interrupted;

    JobExecution(
            Job job,
            JobHandler handler,
            RetryPolicy retryPolicy,
            JobWorker.OnFailure onFailure,
            BiConsumer<JobExecution, Settlement> end) {
        this.job = job;
        this.handler = handler;
        this.retryPolicy = retryPolicy;
        this.onFailure = onFailure;
        this.end = end;
    }

    Job job() {
        return job;
    }

    @Override
    public void run() {
        Settlement settlement = Settlement.released(job);
        try {
            settlement = begin() ? handle() : settlement;
        } finally {
            end.accept(this, settlement); // whatever went wrong: a job that never ends is stuck
        }
    }

    private Settlement handle() {
        try {
            return settlement(handler.handle(job));
        } catch (Throwable error) {
            return settlement(error);
        } finally {
            leave();
        }
    }

    private Settlement settlement(Outcome outcome) {
        return outcome.fold(
                done -> Settlement.successful(job),
                retry -> Settlement.retry(job, retry.after()),
                dead -> Settlement.deadLetter(job, dead.reason()));
    }

    private Settlement settlement(Throwable error) {
        if (wasInterrupted()) {
            return Settlement.released(job);
        }
        Duration delay = retryPolicy.next(job.attempts()).orElse(null);
        if (delay != null) {
            return Settlement.retry(job, delay, error);
        }
        return onFailure == JobWorker.OnFailure.HOLD ? Settlement.held(job, error) : Settlement.exception(job, error);
    }

    /**
     * Ends the handler's waiting, because the worker stops or the job is no longer its own; keeps it from beginning if
     * it has not. @return whether it was at work
     */
    synchronized boolean interrupt() {
        interrupted = true;
        if (thread != null) {
            thread.interrupt();
        }
        return thread != null;
    }

    private synchronized boolean begin() {
        thread = interrupted ? null : Thread.currentThread();
        return !interrupted;
    }

    /** From here on no interrupt reaches the thread any more, and none is left on it. */
    private synchronized void leave() {
        thread = null;
        if (interrupted) {
            Thread.interrupted();
        }
    }

    private synchronized boolean wasInterrupted() {
        return interrupted;
    }
}
