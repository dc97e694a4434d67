package dev.howdah.job;

import dev.howdah.core.Duty;
import dev.howdah.core.Signal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

/** Claims as many jobs as handlers are free, and sleeps until the next is due when there are none. */
final class JobClaimer implements Duty {

    /** Due, yet not to be had: somebody else has it locked. */
    private static final Duration LOCKED = Duration.ofMillis(100);

    private final JobFetcher fetcher;
    private final InFlight inFlight;
    private final int concurrency;
    private final Duration poll;
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
        this.takeOverEvery = settings.heartbeatTimeout.dividedBy(6);
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
        int free = concurrency - inFlight.running();
        idle = poll;
        if (free <= 0) {
            return 0;
        }
        List<Job> jobs = claim(free);
        jobs.forEach(start);
        if (jobs.isEmpty()) {
            idle = untilNext();
            if (inFlight.isEmpty()) {
                foundNothing.countDown();
            }
        }
        return jobs.size();
    }

    private List<Job> claim(int free) {
        List<Job> jobs = new ArrayList<>();
        if (System.nanoTime() - nextTakeOver >= 0) {
            jobs.addAll(fetcher.takeOver(free));
            nextTakeOver = System.nanoTime() + takeOverEvery.toNanos();
        }
        if (jobs.size() < free) {
            jobs.addAll(fetcher.claim(free - jobs.size()));
        }
        return jobs;
    }

    private Duration untilNext() {
        Duration next = fetcher.nextDue().orElse(poll);
        if (next.compareTo(LOCKED) < 0) {
            next = LOCKED;
        }
        Duration longest = poll.compareTo(takeOverEvery) < 0 ? poll : takeOverEvery;
        return next.compareTo(longest) < 0 ? next : longest;
    }
}
