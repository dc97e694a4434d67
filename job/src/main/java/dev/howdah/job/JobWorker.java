package dev.howdah.job;

import dev.howdah.core.DutyLoop;
import dev.howdah.core.Transactions;
import dev.howdah.core.Wakeups;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Works jobs until it is closed: claims what is due, hands each to its entrypoint's handler, writes the outcomes. Any
 * number of workers, PGQueuer's among them, share the jobs of a database.
 *
 * <p>At least once: a job whose outcome could not be written, because its worker or the database died, is worked again.
 */
public final class JobWorker implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(JobWorker.class);
    private static final Duration NO_THREAD = Duration.ofSeconds(1);
    private static final String CHANNEL = "ch_pgqueuer";
    /** Jobs that went are no reason to look for jobs. */
    private static final Pattern GONE = Pattern.compile("\"operation\"\\s*:\\s*\"(delete|truncate)\"");

    private final UUID id = UUID.randomUUID();
    private final InFlight inFlight = new InFlight();
    private final Builder settings;
    private final JobRunner runner;
    private final JobSettler settler;
    private final JobClaimer claimer;
    private final DutyLoop claiming;
    private final DutyLoop settling;
    private final Wakeups.Listening listening;

    private JobWorker(Builder settings) {
        this.settings = settings;
        var fetcher = new JobFetcher(settings.transactions, id, settings.handlers.keySet(), settings.heartbeatTimeout);
        settler = new JobSettler(settings.transactions, id);
        runner = new JobRunner(settings.concurrency, this::noThread);
        claimer = new JobClaimer(fetcher, inFlight, runner, settings, this::start);
        listening = settings.wakeups.listen(CHANNEL, payload -> {
            if (payload == null || !GONE.matcher(payload).find()) {
                claimer.signal().raise();
            }
        });
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
        claiming.close();
        runner.takeLine().forEach(waiting -> settle(waiting, Settlement.released(waiting.job())));
        try {
            if (!inFlight.awaitEmpty(settings.drainTimeout)) {
                log.warn(
                        "{} jobs did not end in time and are put back",
                        inFlight.all().size());
                inFlight.all().forEach(JobExecution::interrupt);
                inFlight.awaitEmpty(Builder.AFTER_INTERRUPT);
            }
        } catch (InterruptedException e) {
            inFlight.all().forEach(JobExecution::interrupt);
            Thread.currentThread().interrupt();
        }
        settling.close();
        runner.close();
    }

    private void start(Job job) {
        JobHandler handler = settings.handlers.get(job.entrypoint());
        if (handler == null) {
            throw new IllegalStateException("claimed a job of " + job.entrypoint() + ", which has no handler");
        }
        var execution = new JobExecution(job, handler, settings.retryPolicy, settings.onFailure, this::handled);
        inFlight.claimed(execution);
        runner.run(execution);
    }

    private void noThread(JobExecution execution, Throwable reason) {
        log.warn("no thread for job {}, it is put back: {}", execution.job().id(), reason.toString());
        settle(execution, Settlement.released(execution.job(), NO_THREAD));
    }

    private void handled(JobExecution execution, Settlement settlement) {
        settle(execution, settlement);
        runner.ended();
        claimer.signal().raise();
    }

    private void settle(JobExecution execution, Settlement settlement) {
        settler.add(settlement, () -> {
            inFlight.settled(execution);
            claimer.signal().raise();
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
        private static final Duration AFTER_INTERRUPT = Duration.ofSeconds(5);

        private final Transactions transactions;
        private final Wakeups wakeups;
        private final Map<String, JobHandler> handlers = new LinkedHashMap<>();
        private RetryPolicy retryPolicy = RetryPolicy.standard();
        private OnFailure onFailure = OnFailure.DELETE;
        private Duration drainTimeout = Duration.ofSeconds(30);
        int concurrency = 10;
        Duration poll = Duration.ofSeconds(5);
        Duration heartbeatTimeout = Duration.ofSeconds(30);

        Builder(Transactions transactions, Wakeups wakeups) {
            this.transactions = transactions;
            this.wakeups = wakeups;
        }

        /** Has {@code handler} work the jobs of {@code entrypoint}. */
        public Builder handle(String entrypoint, JobHandler handler) {
            if (handlers.putIfAbsent(entrypoint, handler) != null) {
                throw new IllegalArgumentException("entrypoint " + entrypoint + " has a handler already");
            }
            return this;
        }

        /** How many jobs are worked at a time, over all entrypoints. Default: 10. */
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
            if (handlers.isEmpty()) {
                throw new IllegalStateException("a worker needs a handler for at least one entrypoint");
            }
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
