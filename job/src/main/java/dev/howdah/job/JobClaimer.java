package dev.howdah.job;

import dev.howdah.core.Duty;
import dev.howdah.core.HowdahException;
import dev.howdah.core.Signal;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Claims as many jobs as handlers are free, and ahead of them as many as they got through in the time of two claims, so
 * that quick handlers never wait for the next claim and slow ones hold nothing that others could work.
 *
 * <p>When there are none it sleeps until the next job is due. Right after there were some it looks again soon, woken or
 * not: the driver hands on notifications only once none has come for a millisecond, which under load is seldom.
 */
final class JobClaimer implements Duty {

    /** Due, yet not to be had: somebody else has it locked. */
    private static final Duration LOCKED = Duration.ofMillis(100);
    /** The first pause after jobs were found; the next ones are as long as the time since then. */
    private static final Duration SOON = Duration.ofMillis(5);
    /** How many outcomes may wait to be written before no more jobs are claimed. */
    private static final int MOST_UNSETTLED = 10_000;

    private static final int MOST_AHEAD = 1_000;

    private final JobFetcher fetcher;
    private final InFlight inFlight;
    private final JobRunner runner;
    private final Duration poll;
    private final Duration heartbeatTimeout;
    private final Duration takeOverEvery;
    private final Consumer<Job> start;
    private final Signal signal = new Signal();
    private final CountDownLatch foundNothing = new CountDownLatch(1);
    private long nextTakeOver = System.nanoTime();
    private long claimBegan = System.nanoTime();
    private long claimTook;
    private long endedBefore;
    private Duration idle;
    private long found = System.nanoTime();

    JobClaimer(
            JobFetcher fetcher, InFlight inFlight, JobRunner runner, JobWorker.Builder settings, Consumer<Job> start) {
        this.fetcher = fetcher;
        this.inFlight = inFlight;
        this.runner = runner;
        this.poll = settings.poll;
        this.heartbeatTimeout = settings.heartbeatTimeout;
        this.takeOverEvery = heartbeatTimeout.dividedBy(6);
        this.start = start;
        this.idle = poll;
    }

    /** Waits for the first time that no job is due and none is in flight. */
    void awaitNothingDue() throws InterruptedException {
        foundNothing.await();
    }

    @Override
    public String name() {
        return "job-claim";
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
        idle = poll;
        int ahead = ahead();
        int most = Math.min(runner.room() + ahead, MOST_UNSETTLED - inFlight.size());
        if (most < Math.max(1, ahead / 2)) {
            return 0; // a claim for so few would cost more than it brings
        }
        try {
            int claimed = takeOver();
            claimed += claim(most - claimed);
            if (claimed > 0) {
                found = System.nanoTime();
            } else {
                Optional<Duration> next = fetcher.nextDue();
                idle = until(next.orElse(poll));
                if (inFlight.isEmpty() && !next.equals(Optional.of(Duration.ZERO))) {
                    foundNothing.countDown();
                }
            }
            return claimed;
        } catch (HowdahException.Unavailable e) {
            // after an outage every worker looks silent: give them time for a sign of life
            takeOverIn(heartbeatTimeout.dividedBy(2));
            throw e;
        }
    }

    /** How many jobs the handlers get through in the time of two claims, at the rate since the last one. */
    private int ahead() {
        long ended = runner.endedUntilNow() - endedBefore;
        long elapsed = Math.max(1, System.nanoTime() - claimBegan);
        return (int) Math.min(MOST_AHEAD, 2.0 * ended * claimTook / elapsed);
    }

    private int takeOver() {
        int free = runner.room();
        if (free <= 0 || System.nanoTime() - nextTakeOver < 0) {
            return 0;
        }
        int taken = start(fetcher.takeOver(free, inFlight.ids()));
        takeOverIn(takeOverEvery);
        return taken;
    }

    private int claim(int most) {
        if (most <= 0) {
            return 0;
        }
        claimBegan = System.nanoTime();
        endedBefore = runner.endedUntilNow();
        List<Job> jobs = fetcher.claim(most, inFlight.ids());
        claimTook = System.nanoTime() - claimBegan;
        return start(jobs);
    }

    /** Right after they were claimed, before anything else can fail: a job that is claimed and not started is stuck. */
    private int start(List<Job> jobs) {
        jobs.forEach(start);
        return jobs.size();
    }

    private void takeOverIn(Duration time) {
        nextTakeOver = System.nanoTime() + TimeUnit.NANOSECONDS.convert(time);
    }

    private Duration until(Duration due) {
        Duration next = due.compareTo(LOCKED) < 0 ? LOCKED : due;
        Duration quiet = Duration.ofNanos(Math.max(SOON.toNanos(), System.nanoTime() - found));
        return Collections.min(List.of(next, poll, takeOverEvery, quiet));
    }
}
