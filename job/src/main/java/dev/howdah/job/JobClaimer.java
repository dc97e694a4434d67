package dev.howdah.job;

import dev.howdah.core.Duty;
import dev.howdah.core.HowdahException;
import dev.howdah.core.Signal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Claims as many jobs as handlers are free, and sleeps until the next is due when there are none. */
final class JobClaimer implements Duty {

    /** Due, yet not to be had: somebody else has it locked. */
    private static final Duration LOCKED = Duration.ofMillis(100);
    /** How many outcomes may wait to be written before no more jobs are claimed. */
    private static final int MOST_UNSETTLED = 10_000;

    private final JobFetcher fetcher;
    private final InFlight inFlight;
    private final int concurrency;
    private final Duration poll;
    private final Duration heartbeatTimeout;
    private final Duration takeOverEvery;
    private final Consumer<Job> start;
    private final Signal signal = new Signal();
    private final CountDownLatch foundNothing = new CountDownLatch(1);
    private long nextTakeOver = System.nanoTime();
    private Duration idle;

    JobClaimer(JobFetcher fetcher, InFlight inFlight, JobWorker.Builder settings, Consumer<Job> start) {
        this.fetcher = fetcher;
        this.inFlight = inFlight;
        this.concurrency = settings.concurrency;
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
        try {
            int claimed = takeOver() + claim();
            if (claimed == 0 && free() > 0) {
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

    private int takeOver() {
        int free = free();
        if (free <= 0 || System.nanoTime() - nextTakeOver < 0) {
            return 0;
        }
        int taken = start(fetcher.takeOver(free, inFlight.ids()));
        takeOverIn(takeOverEvery);
        return taken;
    }

    private int claim() {
        int free = free();
        return free <= 0 ? 0 : start(fetcher.claim(free, inFlight.ids()));
    }

    private int free() {
        return Math.min(concurrency - inFlight.running(), MOST_UNSETTLED - inFlight.size());
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
        Duration next = due;
        if (next.compareTo(LOCKED) < 0) {
            next = LOCKED;
        }
        Duration longest = poll.compareTo(takeOverEvery) < 0 ? poll : takeOverEvery;
        return next.compareTo(longest) < 0 ? next : longest;
    }
}
