package dev.howdah.job;

import dev.howdah.core.DutyLoop;
import dev.howdah.core.Wakeups;
import dev.howdah.job.JobExecution.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Works jobs until it is closed: claims what is due, hands each to its entrypoint's handler, writes the outcomes. Any
 * number of workers, PGQueuer's among them, share the jobs of a database.
 *
 * <p>At least once: a job whose outcome could not be written, because its worker or the database died, is worked again; so is
 * one that succeeded less than a second before the database died, as its end does not wait for the disk.
 */
public final class JobWorker implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(JobWorker.class);
    private static final Duration NO_THREAD = Duration.ofSeconds(1);

    private final UUID id = UUID.randomUUID();
    private final InFlight inFlight = new InFlight();
    private final Builder settings;
    private final JobRunner runner;
    private final JobSettler settler;
    private final JobClaimer claimer;
    private final DutyLoop claiming;
    private final DutyLoop settling;
    private final Executions executions;
    private final Wakeups.Listening listening;
    private final Handoffs handoffs;

    private JobWorker(Builder settings) {
        this.settings = settings;
        Limits limits = new Limits(settings.options);
        var fetcher = new JobFetcher(
                settings.database,
                id,
                settings.handlers.keySet(),
                limits,
                settings.heartbeatTimeout,
                settings.concurrency == 1);
        executions = new Executions(settings.handlers, this::handled);
        settler = new JobSettler(settings.database, id);
        runner = new JobRunner(settings.concurrency, this::roomier, this::noThread);
        claimer = new JobClaimer(fetcher, limits, inFlight, runner, settings, this::start);
        listening = settings.wakeups.listen(settings.database.names().channel(), new JobNews(inFlight, claimer));
        handoffs = new Handoffs(id, settings, limits, inFlight, runner, claimer, executions::of);
        settings.database.join(handoffs);
        settling = DutyLoop.builder()
                .duty(new JobHeartbeat(fetcher, inFlight, settings.heartbeatTimeout.dividedBy(3)))
                .duty(settler)
                .start();
        claiming = DutyLoop.builder().duty(claimer).start();
    }

    /** Its queue_manager_id in the tables. */
    public UUID id() {
        return id;
    }

    /** Waits until, for the first time, no job is due and none is in flight; delayed ones do not count. */
    public void awaitNothingDue() throws InterruptedException {
        claimer.awaitNothingDue();
    }

    /**
     * Takes no more jobs, puts back those that no handler has begun, lets the others come to their end for at most the
     * drain timeout, then interrupts their handlers and puts their jobs back. What does not even end then is taken over
     * by others in time.
     */
    @Override
    public void close() {
        listening.close();
        settings.database.leave(handoffs);
        handoffs.close();
        claiming.close();
        runner.takeLine().forEach(this::release);
        try {
            if (!inFlight.awaitEmpty(settings.drainTimeout)) {
                log.warn("{} jobs did not end in time and are put back", inFlight.size());
                inFlight.all().forEach(execution -> execution.interrupt(Reason.STOPPED));
                inFlight.awaitEmpty(Builder.AFTER_INTERRUPT);
            }
        } catch (InterruptedException e) {
            inFlight.all().forEach(execution -> execution.interrupt(Reason.STOPPED));
            Thread.currentThread().interrupt();
        }
        settling.close();
        runner.close();
        executions.close();
    }

    private void start(List<ClaimedJob> claimed) {
        List<JobExecution> begun = executions.of(claimed);
        begun.forEach(inFlight::picked);
        runner.run(begun);
    }

    private void noThread(JobExecution execution, Throwable reason) {
        log.warn(
                "no thread for {} jobs, they are put back: {}", execution.jobs().size(), reason.toString());
        execution.jobs().forEach(job -> settle(execution, Settlement.released(job, NO_THREAD)));
    }

    private void release(JobExecution execution) {
        execution.jobs().forEach(job -> settle(execution, Settlement.released(job)));
    }

    private void handled(JobExecution execution, List<Settlement> settlements) {
        settlements.forEach(settlement -> settle(execution, settlement));
    }

    private void roomier() {
        claimer.tellRoomier();
    }

    private void settle(JobExecution execution, Settlement settlement) {
        long jobId = settlement.jobId();
        settler.add(settlement, () -> execution.isGone(jobId), () -> {
            inFlight.settled(jobId, execution);
            claimer.tellSettled();
        });
    }

    /** What becomes of a job whose retries are exhausted. */
    public enum OnFailure {
        /** It is deleted and logged {@code exception}; PGQueuer's default. */
        DELETE,
        /** It stays as {@code failed} for a person to look at. */
        HOLD
    }

    /** What a worker does, and how. */
    public static final class Builder {
        private static final int LARGEST_BATCH = 1_000;
        private static final Duration AFTER_INTERRUPT = Duration.ofSeconds(5);

        private final JobDatabase database;
        private final Wakeups wakeups;
        private final List<Runnable> entrypoints = new ArrayList<>();
        private RetryPolicy retryPolicy = RetryPolicy.standard();
        private OnFailure onFailure = OnFailure.DELETE;
        private Duration drainTimeout = Duration.ofSeconds(30);
        final Map<String, HandlerOptions> options = new LinkedHashMap<>();
        final Map<String, Entrypoint> handlers = new LinkedHashMap<>();
        int concurrency = 10;
        Duration poll = Duration.ofSeconds(5);
        Duration heartbeatTimeout = Duration.ofSeconds(30);

        Builder(JobDatabase database, Wakeups wakeups) {
            this.database = database;
            this.wakeups = wakeups;
        }

        /** Has {@code handler} work the jobs of {@code entrypoint}. */
        public Builder handle(String entrypoint, JobHandler handler) {
            return handle(entrypoint, handler, HandlerOptions.defaults());
        }

        /** The same with limits, a timeout, or retries of its own. */
        public Builder handle(String entrypoint, JobHandler handler, HandlerOptions handlerOptions) {
            return handle(entrypoint, 1, Entrypoint.oneByOne(handler), handlerOptions);
        }

        /**
         * Has {@code handler} work the jobs of {@code entrypoint} several at a time; together they count as one for
         * {@link #concurrency}, and each for itself for limits.
         *
         * @param batchSize how many at most, from 1 to 1000; it never waits for more than are due
         */
        public Builder handleBatches(String entrypoint, int batchSize, BatchJobHandler handler) {
            return handleBatches(entrypoint, batchSize, handler, HandlerOptions.defaults());
        }

        /** The same with limits, a timeout, or retries of its own. */
        public Builder handleBatches(
                String entrypoint, int batchSize, BatchJobHandler handler, HandlerOptions handlerOptions) {
            if (batchSize < 1 || batchSize > LARGEST_BATCH) {
                throw new IllegalArgumentException("a batch is of 1 to " + LARGEST_BATCH + " jobs, got " + batchSize);
            }
            return handle(entrypoint, batchSize, handler, handlerOptions);
        }

        private Builder handle(String entrypoint, int batchSize, BatchJobHandler handler, HandlerOptions given) {
            if (options.putIfAbsent(entrypoint, given) != null) {
                throw new IllegalArgumentException("entrypoint " + entrypoint + " has a handler already");
            }
            entrypoints.add(() -> handlers.put(
                    entrypoint,
                    new Entrypoint(
                            entrypoint,
                            handler,
                            batchSize,
                            given.timeout(),
                            Objects.requireNonNullElse(given.retry(), retryPolicy),
                            Objects.requireNonNullElse(given.onFailure(), onFailure))));
            return this;
        }

        int largestBatch() {
            return handlers.values().stream()
                    .mapToInt(Entrypoint::batchSize)
                    .max()
                    .orElse(1);
        }

        /**
         * How many jobs are worked at a time, over all entrypoints. Default: 10. A worker with one at a time takes them in
         * their order, higher priority first and then lower id; with more they begin nearly in it.
         */
        public Builder concurrency(int value) {
            if (value < 1) {
                throw new IllegalArgumentException("concurrency must be 1 or more, got " + value);
            }
            concurrency = value;
            return this;
        }

        /** How often to look when nothing wakes the worker. Default: 5 s. */
        public Builder poll(Duration value) {
            poll = positive("poll", value);
            return this;
        }

        /**
         * How long a worker may be silent about a job before another one takes it over; all workers of an entrypoint
         * should agree. This one gives a sign three times as often. Default: 30 s, as PGQueuer's.
         */
        public Builder heartbeatTimeout(Duration value) {
            heartbeatTimeout = positive("heartbeatTimeout", value);
            return this;
        }

        /** What follows when a handler throws. Default: {@link RetryPolicy#standard()}. */
        public Builder retry(RetryPolicy value) {
            retryPolicy = value;
            return this;
        }

        /** What becomes of a job whose retries are exhausted. Default: it is deleted, and only its log remains. */
        public Builder onFailure(OnFailure value) {
            onFailure = value;
            return this;
        }

        /** How long {@link JobWorker#close()} lets handlers go on. Default: 30 s. */
        public Builder drainTimeout(Duration value) {
            drainTimeout = value;
            return this;
        }

        /** @throws IllegalStateException if no handler was given */
        public JobWorker start() {
            if (options.isEmpty()) {
                throw new IllegalStateException("a worker needs a handler for at least one entrypoint");
            }
            entrypoints.forEach(Runnable::run); // with the worker's own settings as they are by now
            return new JobWorker(this);
        }

        private static Duration positive(String name, Duration value) {
            if (value.isNegative() || value.isZero()) {
                throw new IllegalArgumentException(name + " must be more than zero, got " + value);
            }
            return value;
        }
    }
}
