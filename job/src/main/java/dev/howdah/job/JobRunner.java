package dev.howdah.job;

import dev.howdah.core.Threads;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs executions, so many at a time; those that were claimed ahead wait in line. A thread whose execution has ended goes on
 * with the next in line, and ends when there is none. Without a lock: quick handlers would mostly wait for it.
 */
final class JobRunner implements AutoCloseable {

    private final int concurrency;
    private final Runnable roomier;
    private final BiConsumer<JobExecution, Throwable> noThread;
    private final ExecutorService threads = Threads.perTask("howdah-job");
    private final ConcurrentLinkedQueue<JobExecution> line = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicLong ended = new AtomicLong();

    /**
     * @param roomier is told each time that an execution has ended
     * @param noThread is told of an execution that got no thread: closed, or no more to be had
     */
    JobRunner(int concurrency, Runnable roomier, BiConsumer<JobExecution, Throwable> noThread) {
        this.concurrency = concurrency;
        this.roomier = roomier;
        this.noThread = noThread;
    }

    /** All of them are in line before the first thread starts: threads that find the next one there need not be woken again. */
    void run(List<JobExecution> executions) {
        waiting.addAndGet(executions.size());
        line.addAll(executions);
        startThreads(executions.size());
    }

    /** Keeps a handler free, if one is and none is waited for. */
    boolean reserve() {
        return waiting.get() == 0 && takePlace();
    }

    /** With the handler that was kept free for it. */
    void runReserved(JobExecution execution) {
        try {
            threads.execute(() -> work(execution));
        } catch (RejectedExecutionException | OutOfMemoryError e) {
            noThread.accept(execution, e);
            giveBack();
        }
    }

    /** A handler that was kept free is not needed. */
    void giveBack() {
        running.decrementAndGet();
        roomier.run();
        startThreads(1); // for what came in line meanwhile
    }

    /** At most so many, while they are wanted and allowed. */
    private void startThreads(int most) {
        int started = 0;
        while (started < most && !line.isEmpty() && takePlace()) {
            try {
                threads.execute(() -> work(next()));
                started++;
            } catch (RejectedExecutionException | OutOfMemoryError e) {
                JobExecution without = next();
                if (without != null) {
                    noThread.accept(without, e);
                }
                running.decrementAndGet();
            }
        }
    }

    private boolean takePlace() {
        return running.getAndUpdate(n -> Math.min(concurrency, n + 1)) < concurrency;
    }

    private void work(@Nullable JobExecution first) {
        try {
            for (JobExecution execution = first; execution != null; execution = next()) {
                if (threads.isShutdown()) {
                    noThread.accept(execution, new RejectedExecutionException("closed"));
                } else {
                    execution.run();
                }
                ended.incrementAndGet();
                roomier.run();
            }
        } finally {
            giveBack();
        }
    }

    private @Nullable JobExecution next() {
        JobExecution next = line.poll();
        if (next != null) {
            waiting.decrementAndGet();
        }
        return next;
    }

    /** How many handlers are free; negative for as many as wait in line. */
    int room() {
        return concurrency - running.get() - waiting.get();
    }

    /** How many executions have ended until now. */
    long endedUntilNow() {
        return ended.get();
    }

    /** Empties the line: these have not begun. */
    List<JobExecution> takeLine() {
        List<JobExecution> taken = new ArrayList<>();
        for (JobExecution next = next(); next != null; next = next()) {
            taken.add(next);
        }
        return taken;
    }

    @Override
    public void close() {
        threads.shutdown();
    }
}
