package dev.howdah.job;

import dev.howdah.core.Outcome;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** The way of one job, or of a batch of jobs, through the handler. */
final class JobExecution implements Runnable {

    /** Why a handler is interrupted. */
    enum Reason {
        STOPPED,
        GONE,
        TIMED_OUT
    }

    private final List<Job> jobs;
    private final Entrypoint entrypoint;
    private final JobTimeouts timeouts;
    private final BiConsumer<JobExecution, List<Settlement>> end;
    private final Set<Long> gone = ConcurrentHashMap.newKeySet();
    private @Nullable Thread thread;
    private @Nullable Reason interrupted;

    JobExecution(
            List<Job> jobs,
            Entrypoint entrypoint,
            JobTimeouts timeouts,
            BiConsumer<JobExecution, List<Settlement>> end) {
        this.jobs = jobs;
        this.entrypoint = entrypoint;
        this.timeouts = timeouts;
        this.end = end;
    }

    List<Job> jobs() {
        return jobs;
    }

    /** Whether a job was canceled, or taken over by another worker: nothing is to be written about it. */
    boolean isGone(long jobId) {
        return gone.contains(jobId);
    }

    @Override
    public void run() {
        List<Settlement> settlements = released();
        try {
            settlements = begin() ? handle() : settlements;
        } finally {
            end.accept(this, settlements); // whatever went wrong: a job that never ends is stuck
        }
    }

    private List<Settlement> handle() {
        Runnable noTimeout = timeouts.after(entrypoint.timeout(), () -> interrupt(Reason.TIMED_OUT));
        try {
            Map<Long, Outcome> outcomes = entrypoint.handler().handle(jobs);
            return entrypoint.settlements(jobs, outcomes);
        } catch (Throwable error) {
            return settlements(error);
        } finally {
            noTimeout.run();
            leave();
        }
    }

    private List<Settlement> settlements(Throwable error) {
        Reason reason = interruption();
        if (reason == Reason.STOPPED || reason == Reason.GONE) {
            return released();
        }
        Throwable cause = reason == Reason.TIMED_OUT ? timedOut(error) : error;
        return jobs.stream().map(job -> entrypoint.settlement(job, cause)).toList();
    }

    private TimeoutException timedOut(Throwable error) {
        TimeoutException timeout = new TimeoutException("the handler took longer than " + entrypoint.timeout());
        timeout.initCause(error);
        return timeout;
    }

    private List<Settlement> released() {
        return jobs.stream().map(Settlement::released).toList();
    }

    /**
     * A job was canceled, or is another worker's by now; of a batch, the handler goes on with the others.
     *
     * @return whether the handler was at work and is interrupted
     */
    boolean gone(long jobId) {
        gone.add(jobId);
        return gone.size() == jobs.size() && interrupt(Reason.GONE);
    }

    /** Ends the handler's waiting, and keeps it from beginning if it has not. @return whether it was at work */
    synchronized boolean interrupt(Reason reason) {
        if (interrupted == null) {
            interrupted = reason;
        }
        if (thread != null) {
            thread.interrupt();
        }
        return thread != null;
    }

    private synchronized boolean begin() {
        thread = interrupted != null ? null : Thread.currentThread();
        return interrupted == null;
    }

    /** From here on no interrupt reaches the thread any more, and none is left on it, not even of the handler's own. */
    private synchronized void leave() {
        thread = null;
        Thread.interrupted();
    }

    private synchronized @Nullable Reason interruption() {
        return interrupted;
    }
}
