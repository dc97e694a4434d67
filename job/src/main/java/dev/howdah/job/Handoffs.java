package dev.howdah.job;

import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The jobs that a worker is handed by senders of its process. Such a job is picked by the statement that sends it, and begun
 * once that is committed: nobody is told of it, looks for it, and claims it. Where the sender dies between the two, or does
 * not hear of the commit, the job is taken over after the heartbeat timeout, as any that a worker has lost.
 *
 * <p>Only what would be claimed at once is handed over: due, of an entrypoint without limits or batches, while a handler is
 * free and no other job is known to wait. A worker with one handler is handed none, as it has its jobs in their order.
 */
final class Handoffs implements LocalWorker {

    private final UUID workerId;
    /** Whose jobs may be handed over. */
    private final Set<String> entrypoints;

    private final InFlight inFlight;
    private final JobRunner runner;
    private final JobClaimer claimer;
    private final Function<Job, JobExecution> execution;
    private volatile boolean isClosed;

    Handoffs(
            UUID workerId,
            JobWorker.Builder settings,
            Limits limits,
            InFlight inFlight,
            JobRunner runner,
            JobClaimer claimer,
            Function<Job, JobExecution> execution) {
        this.workerId = workerId;
        this.entrypoints = settings.handlers.values().stream()
                .filter(entrypoint -> settings.concurrency > 1 && entrypoint.batchSize() == 1)
                .map(Entrypoint::name)
                .filter(entrypoint -> !limits.has(entrypoint))
                .collect(Collectors.toUnmodifiableSet());
        this.inFlight = inFlight;
        this.runner = runner;
        this.claimer = claimer;
        this.execution = execution;
    }

    @Override
    public void sent() {
        claimer.tellSent();
    }

    @Override
    public Optional<Handoff> handoff(NewJob job) {
        if (!job.isDueAtOnce() || !entrypoints.contains(job.entrypoint())) {
            return Optional.empty();
        }
        inFlight.expect(); // before the look whether it is closed: from then on close() waits for it
        if (isClosed || claimer.isBacklog() || !runner.reserve()) {
            inFlight.expectNoMore();
            return Optional.empty();
        }
        return Optional.of(new Handoff(workerId, this::start, this::giveBack));
    }

    /** From now on there are no more; those that were begun are still expected in flight. */
    void close() {
        isClosed = true;
    }

    private void start(Job job) {
        JobExecution handed = execution.apply(job);
        inFlight.picked(handed);
        inFlight.expectNoMore();
        runner.runReserved(handed);
    }

    private void giveBack() {
        runner.giveBack();
        inFlight.expectNoMore();
    }
}
