package dev.howdah.job;

import dev.howdah.core.Threads;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Runs executions on threads of their own, so many at a time; those that were claimed ahead wait in line. */
final class JobRunner implements AutoCloseable {

    private final int concurrency;
    private final BiConsumer<JobExecution, Throwable> noThread;
    private final ExecutorService threads = Threads.perTask("howdah-job");
    private final Queue<JobExecution> line = new ArrayDeque<>();
    private int running;
    private long ended;

    /** @param noThread is told of an execution that got no thread: closed, or no more to be had */
    JobRunner(int concurrency, BiConsumer<JobExecution, Throwable> noThread) {
        this.concurrency = concurrency;
        this.noThread = noThread;
    }

    void run(JobExecution execution) {
        synchronized (this) {
            if (running == concurrency) {
                line.add(execution);
                return;
            }
            running++;
        }
        if (!begins(execution)) {
            ended();
        }
    }

    /** A handler has returned, and the next in line that gets a thread has its place. */
    void ended() {
        JobExecution next = next();
        while (next != null && !begins(next)) {
            next = next();
        }
    }

    private synchronized @Nullable JobExecution next() {
        ended++;
        JobExecution next = line.poll();
        if (next == null) {
            running--;
        }
        return next;
    }

    /** How many handlers are free; negative for as many as wait in line. */
    synchronized int room() {
        return concurrency - running - line.size();
    }

    /** How many handlers have returned until now. */
    synchronized long endedUntilNow() {
        return ended;
    }

    /** Empties the line: these have not begun. */
    synchronized List<JobExecution> takeLine() {
        List<JobExecution> waiting = new ArrayList<>(line);
        line.clear();
        return waiting;
    }

    @Override
    public void close() {
        threads.shutdown();
    }

    private boolean begins(JobExecution execution) {
        try {
            threads.execute(execution);
            return true;
        } catch (RejectedExecutionException | OutOfMemoryError e) {
            noThread.accept(execution, e);
            return false;
        }
    }
}
