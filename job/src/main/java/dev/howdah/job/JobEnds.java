package dev.howdah.job;

import static dev.howdah.job.JobDatabase.longs;

import dev.howdah.core.Duty;
import dev.howdah.core.DutyLoop;
import dev.howdah.core.Signal;
import dev.howdah.core.Wakeups;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Waits for the ends of jobs, of all that this process waits for together: reads the last log row of each in one statement,
 * whenever a job went or was held, and once a second at least. What a look costs says how soon the next one may be.
 */
final class JobEnds implements Duty, AutoCloseable {

    private static final Duration POLL = Duration.ofSeconds(1);
    private static final Duration SOONEST = Duration.ofMillis(1);
    private static final int SHARE = 5;

    private final JobDatabase database;
    private final Wakeups wakeups;
    private final Signal signal = new Signal();
    private final Map<Long, CompletableFuture<JobEnd>> awaited = new ConcurrentHashMap<>();
    private long nextLook = System.nanoTime();
    private Duration idle = POLL;
    private @Nullable DutyLoop loop;
    private Wakeups.@Nullable Listening listening;
    private boolean closed;

    JobEnds(JobDatabase database, Wakeups wakeups) {
        this.database = database;
        this.wakeups = wakeups;
    }

    synchronized CompletableFuture<JobEnd> of(long jobId) {
        if (closed) {
            throw new IllegalStateException("closed");
        }
        start();
        CompletableFuture<JobEnd> end = awaited.computeIfAbsent(jobId, id -> new CompletableFuture<>());
        signal.raise();
        return end.copy(); // whoever cancels or completes his own takes it from nobody else
    }

    private void start() {
        if (loop == null) {
            loop = DutyLoop.builder().duty(this).start();
            listening = wakeups.listen(database.names().channel(), payload -> signal.raise());
        }
    }

    @Override
    public String name() {
        return "job-ends";
    }

    @Override
    public Signal signal() {
        return signal;
    }

    @Override
    public Duration idle() {
        return idle;
    }

    @Override
    public int doWork() {
        long began = System.nanoTime();
        if (awaited.isEmpty() || began - nextLook < 0) {
            idle = awaited.isEmpty() ? POLL : Duration.ofNanos(nextLook - began);
            return 0;
        }
        idle = POLL;
        List<JobEnd> ends = database.rows(
                HouseSql.ENDS,
                row -> new JobEnd(row.getLong(1), JobStatus.of(row.getString(2)), row.getString(3)),
                longs(awaited.keySet()));
        nextLook = System.nanoTime() + Math.max(SOONEST.toNanos(), SHARE * (System.nanoTime() - began));
        for (JobEnd end : ends) {
            CompletableFuture<JobEnd> future = awaited.remove(end.id());
            if (future != null) {
                future.complete(end);
            }
        }
        return 0;
    }

    /** Nobody is left to wait for ever. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            if (listening != null) {
                listening.close();
            }
        }
        if (loop != null) {
            loop.close();
        }
        awaited.values().forEach(future -> future.completeExceptionally(new IllegalStateException("closed")));
    }
}
