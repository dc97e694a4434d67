package dev.howdah.core;

import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs duties, each on a thread of its own: again at once while there is work, else after {@link Duty#idle()} or when
 * its {@linkplain Duty#signal() signal} is raised; after an error, whatever it is, with growing pauses; once-only duties
 * only while this process leads.
 *
 * <p>{@link #close()} lets each round under way come to its end, for at most the stop timeout, then interrupts it.
 */
public final class DutyLoop implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(DutyLoop.class);

    /** How long giving up leadership may take: a rollback. */
    private static final Duration GIVING_UP = Duration.ofSeconds(2);

    private final Map<Duty, Runner> runners = new IdentityHashMap<>();
    private final @Nullable Leadership leadership;
    private final @Nullable Runner leading;
    private final Backoff backoff;
    private final Duration stopTimeout;
    private final boolean virtual;

    private DutyLoop(Builder builder) {
        backoff = builder.backoff;
        stopTimeout = builder.stopTimeout;
        virtual = builder.virtual;
        List<Duty> onceOnly = builder.duties.stream().filter(Duty::onceOnly).toList();
        leadership = onceOnly.isEmpty() ? null : new Leadership(builder.leaders(), onceOnly, this::wake);
        leading = leadership == null ? null : new Runner(leadership);
        builder.duties.forEach(duty -> runners.put(duty, new Runner(duty)));
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Whether this process leads the once-only {@code duty} at the moment. */
    public boolean leads(Duty duty) {
        return leadership != null && leadership.leads(duty);
    }

    private void wake(Duty duty) {
        Runner runner = runners.get(duty);
        if (runner != null) {
            runner.signal.raise();
        }
    }

    private DutyLoop start() {
        runners.values().forEach(Runner::start);
        if (leading != null) {
            leading.start();
        }
        return this;
    }

    /** Stops all duties; leadership is given up last, so that no other process starts while a round is under way here. */
    @Override
    public void close() {
        runners.values().forEach(Runner::stop);
        long deadline = after(stopTimeout);
        runners.values().forEach(runner -> runner.awaitEnd(deadline));
        if (leading != null) {
            leading.stop();
            leading.awaitEnd(after(GIVING_UP));
        }
    }

    private static long after(Duration time) {
        return System.nanoTime() + TimeUnit.NANOSECONDS.convert(time);
    }

    private final class Runner implements Runnable {
        private final Duty duty;
        private final Signal signal;
        private final CountDownLatch ended = new CountDownLatch(1);
        private int failures;
        private volatile @Nullable Thread thread;
        private volatile boolean stopping;

        Runner(Duty duty) {
            this.duty = duty;
            this.signal = duty.signal();
        }

        void start() {
            String name = "howdah-" + duty.name();
            thread = virtual ? Threads.startVirtual(name, this) : Threads.start(name, this);
        }

        void stop() {
            stopping = true;
            signal.raise();
        }

        @Override
        public void run() {
            try {
                while (!stopping) {
                    await(round());
                }
                release();
            } finally {
                ended.countDown();
            }
        }

        private void release() {
            try {
                duty.release();
            } catch (Throwable e) {
                log.warn("{} did not end well", duty.name(), e);
            }
        }

        /** An interrupt is a wake-up: only {@link #stop()} ends a duty, not what its round left on the thread. */
        private void await(Duration pause) {
            if (!pause.isZero() && !stopping) {
                try {
                    signal.await(pause);
                } catch (InterruptedException e) {
                    log.debug("{} was interrupted while it waited", duty.name());
                }
            }
        }

        /** Does one round, if it is this process's turn, and says how long to wait then. */
        private Duration round() {
            try {
                if (duty.onceOnly() && !leads(duty)) {
                    duty.release();
                    return duty.idle();
                }
                int done = duty.doWork();
                if (failures > 0) {
                    log.info("{} works again", duty.name());
                }
                failures = 0;
                return done > 0 ? Duration.ZERO : duty.idle();
            } catch (Throwable e) {
                // an Error, too: a duty that ended for good would not be missed until it is too late
                failures++;
                Duration pause = backoff.after(failures);
                report(e, pause);
                return pause;
            } finally {
                Thread.interrupted();
            }
        }

        /** The first failure of a row in full, the others in a line: an outage must not fill the log. */
        private void report(Throwable e, Duration pause) {
            if (stopping) {
                log.debug("{} failed while stopping", duty.name(), e);
            } else if (failures == 1 && !(e instanceof HowdahException.Unavailable)) {
                log.warn("{} failed, next try in {} ms", duty.name(), pause.toMillis(), e);
            } else {
                log.warn(
                        "{} failed {} times, next try in {} ms: {}",
                        duty.name(),
                        failures,
                        pause.toMillis(),
                        e.getMessage());
            }
        }

        void awaitEnd(long deadline) {
            Thread running = thread;
            if (running == null || running == Thread.currentThread()) {
                return;
            }
            try {
                if (!ended.await(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS)) {
                    log.warn("{} did not end in time and is interrupted", duty.name());
                    running.interrupt();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                running.interrupt();
            }
        }
    }

    /** Which duties, and how the loop goes about them. */
    public static final class Builder {
        private final List<Duty> duties = new ArrayList<>();
        private @Nullable DataSource leaders;
        private Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(10));
        private Duration stopTimeout = Duration.ofSeconds(30);
        private boolean virtual;

        private Builder() {}

        public Builder duty(Duty duty) {
            duties.add(duty);
            return this;
        }

        public Builder duties(List<? extends Duty> more) {
            duties.addAll(more);
            return this;
        }

        /** Where the connection that holds the once-only duties' locks comes from; it stays open. */
        public Builder leadershipOver(DataSource dataSource) {
            leaders = dataSource;
            return this;
        }

        /** The pauses after errors. Default: 100 ms, doubling up to 10 s. */
        public Builder backoff(Backoff value) {
            backoff = value;
            return this;
        }

        /** How long {@link DutyLoop#close()} waits for rounds under way. Default: 30 s. */
        public Builder stopTimeout(Duration value) {
            stopTimeout = value;
            return this;
        }

        /** For duties that call handlers: on virtual threads where the JVM has them. Default: platform threads. */
        public Builder onVirtualThreads() {
            virtual = true;
            return this;
        }

        public DutyLoop start() {
            return new DutyLoop(this).start();
        }

        private DataSource leaders() {
            if (leaders == null) {
                throw new IllegalStateException("once-only duties need leadershipOver(dataSource)");
            }
            return leaders;
        }
    }
}
