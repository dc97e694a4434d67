package dev.howdah.job;

import java.util.UUID;
import java.util.function.Consumer;

/** A handler that is kept for a job that is being sent. To be closed, whether the job came or not. */
final class Handoff implements AutoCloseable {

    private final UUID workerId;
    private final Consumer<Job> start;
    private final Runnable giveBack;
    private boolean isStarted;

    /** @param giveBack is run instead of {@code start}, where no job came */
    Handoff(UUID workerId, Consumer<Job> start, Runnable giveBack) {
        this.workerId = workerId;
        this.start = start;
        this.giveBack = giveBack;
    }

    /** Whose the job is to be. */
    UUID workerId() {
        return workerId;
    }

    /** The job is sent, picked by this worker, and committed. */
    void start(Job job) {
        isStarted = true;
        start.accept(job);
    }

    @Override
    public void close() {
        if (!isStarted) {
            giveBack.run();
        }
    }
}
