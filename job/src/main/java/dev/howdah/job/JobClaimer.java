package dev.howdah.job;

import dev.howdah.core.Duty;
import dev.howdah.core.HowdahException;
import dev.howdah.core.Signal;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Claims as many jobs as handlers are free, and ahead of them as many as they got through in the time of two claims, so
 * that quick handlers never wait for the next claim and slow ones hold nothing that others could work.
 *
 * <p>When there are none it sleeps until the next job is due. Right after there were some it looks again soon, woken or
 * not: the driver hands on notifications only once none has come for a millisecond, which under load is seldom.
 *
 * <p>Where handlers are quick, a helper claims the next jobs while this one has the last ones started, and the other way round.
 */
final class JobClaimer implements Duty {

    /** Due, yet not to be had: somebody else has it locked, or a limit is reached. */
    private static final Duration NOT_TO_BE_HAD = Duration.ofMillis(100);
    /** The first pause after jobs were found; the next ones are as long as the time since then. */
    private static final Duration SOON = Duration.ofMillis(5);
    /** How many outcomes may wait to be written before no more jobs are claimed. */
    private static final int MOST_UNSETTLED = 10_000;

    private static final int MOST_AHEAD = 1_000;
    /** From so many ahead on a helper helps. */
    private static final int WORTH_HELP = 200;
    /** How much of the time the look for silent workers' jobs may take: one part in so many, or one look a timeout. */
    private static final int TAKE_OVER_SHARE = 50;

    /** The claimer that this one helps; null if this is the one. */
    private final @Nullable JobClaimer helped;

    private final JobFetcher fetcher;
    private final InFlight inFlight;
    private final JobRunner runner;
    private final LineFronts fronts;
    private final LookBehind lookBehind;
    private final Shares shares;
    private final int batchSize;
    private final Duration poll;
    private final Duration heartbeatTimeout;
    private final Duration takeOverEvery;
    private final Consumer<List<ClaimedJob>> start;
    private final Signal signal = new Signal();

    private final CountDownLatch foundNothing = new CountDownLatch(1);
    private volatile int wantedAhead;
    private volatile boolean isBlocked;
    private long nextTakeOver = System.nanoTime();
    private long claimBegan = System.nanoTime();
    private long claimTook;
    private long endedBefore;
    private boolean foundBehind;
    private Duration idle;
    private long found = System.nanoTime();

    JobClaimer(
            JobFetcher fetcher,
            Limits limits,
            InFlight inFlight,
            JobRunner runner,
            JobWorker.Builder settings,
            @Nullable JobClaimer helped,
            Consumer<List<ClaimedJob>> start) {
        this.helped = helped;
        this.fetcher = fetcher;
        this.inFlight = inFlight;
        this.runner = runner;
        this.fronts = new LineFronts(settings.handlers.keySet(), limits);
        this.lookBehind = new LookBehind(fetcher, fronts);
        this.shares = new Shares(settings.handlers.keySet(), limits);
        this.batchSize = settings.largestBatch();
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

    /** Somebody sent a job or put one back, maybe behind the front of its line. */
    void tellNews() {
        lookBehind.tellNews();
        signal.raise();
    }

    /** A job was sent here, just now. */
    void tellSent() {
        signal.raise();
    }

    /** Handlers have got through something: wakes the claimer once they have got through enough. */
    void tellRoomier() {
        int ahead = wantedAhead();
        if (isEnough(runner.room() + ahead, ahead) && (helped == null || ahead >= WORTH_HELP)) {
            signal.raise();
        }
    }

    /** Jobs went; where one is due that was not to be had, it may be by now. */
    void tellWent() {
        if (isBlocked) {
            signal.raise();
        }
    }

    private int wantedAhead() {
        return helped == null ? wantedAhead : helped.wantedAhead;
    }

    @Override
    public String name() {
        return helped == null ? "job-claim" : "job-claim-help";
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
        return helped == null ? claimOrWait() : help();
    }

    private int help() {
        int ahead = wantedAhead();
        idle = poll;
        return ahead < WORTH_HELP || !isEnough(runner.room() + ahead, ahead) || inFlight.size() >= MOST_UNSETTLED
                ? 0
                : claim(Math.min(ahead * batchSize, MOST_UNSETTLED - inFlight.size()));
    }

    private int claimOrWait() {
        idle = poll;
        int ahead = ahead();
        wantedAhead = ahead;
        int most = runner.room() + ahead;
        if (!isEnough(most, ahead) || inFlight.size() >= MOST_UNSETTLED) {
            return 0;
        }
        try {
            int claimed = takeOver();
            claimed += claim(Math.min((most - claimed) * batchSize, MOST_UNSETTLED - inFlight.size()));
            if (claimed == 0) {
                return foundBehind ? 1 : nothingFound();
            }
            found = System.nanoTime();
            if (claimed < Math.min(most, Shares.LEAST)) {
                idle = SOON; // there were no more
                return foundBehind ? 1 : 0;
            }
            return claimed;
        } catch (HowdahException.Unavailable e) {
            // after an outage every worker looks silent: give them time for a sign of life
            takeOverIn(heartbeatTimeout.dividedBy(2));
            throw e;
        }
    }

    /** A claim for fewer would cost more than it brings. */
    private static boolean isEnough(int most, int ahead) {
        return most >= Math.max(1, ahead / 2);
    }

    /** How many executions end in the time of two claims, at the rate since the last one. */
    private int ahead() {
        long ended = runner.endedUntilNow() - endedBefore;
        long elapsed = Math.max(1, System.nanoTime() - claimBegan);
        return (int) Math.min(MOST_AHEAD, 2.0 * ended * claimTook / elapsed);
    }

    private int takeOver() {
        int free = runner.room();
        long began = System.nanoTime();
        if (free <= 0 || began - nextTakeOver < 0) {
            return 0;
        }
        int wanted = free * batchSize;
        int taken = start(fetcher.takeOver(wanted, inFlight.ids()));
        takeOverIn(taken < wanted ? takeOverPause(Duration.ofNanos(System.nanoTime() - began)) : Duration.ZERO);
        return taken;
    }

    /** After a look that found fewer jobs than were wanted: no others are there until another worker falls silent. */
    private Duration takeOverPause(Duration took) {
        Duration share = took.multipliedBy(TAKE_OVER_SHARE);
        return Collections.max(List.of(takeOverEvery, Collections.min(List.of(share, heartbeatTimeout))));
    }

    private int claim(int most) {
        foundBehind = false;
        if (most <= 0) {
            return 0;
        }
        claimBegan = System.nanoTime();
        endedBefore = runner.endedUntilNow();
        List<ClaimedJob> jobs = fetcher.claim(most, look(), inFlight.ids());
        claimTook = System.nanoTime() - claimBegan;
        int started = start(jobs);
        fronts.claimed(jobs);
        lookBehind.claimed(jobs);
        shares.claimed(jobs, most);
        foundBehind = helped == null && lookBehind.look(); // for the next claim: these jobs do not wait for it
        return started;
    }

    private JobFetcher.Look look() {
        return new JobFetcher.Look(fronts.ranges(), shares, lookBehind.ids());
    }

    /** Right after they were claimed, before anything else can fail: a job that is claimed and not started is stuck. */
    private int start(List<ClaimedJob> jobs) {
        start.accept(jobs);
        return jobs.size();
    }

    /** Says how long to wait. @return 1 if it is no time at all */
    private int nothingFound() {
        if (foundNothing.getCount() > 0 && lookBehind.lookAtAll()) {
            return 1;
        }
        JobFetcher.NextDue next = fetcher.nextDue(look());
        isBlocked = next.isNow();
        idle = until(next.isNow() ? NOT_TO_BE_HAD : next.next().orElse(poll));
        if (inFlight.isEmpty() && !next.isNow()) {
            foundNothing.countDown();
        }
        return 0;
    }

    private void takeOverIn(Duration time) {
        nextTakeOver = System.nanoTime() + TimeUnit.NANOSECONDS.convert(time);
    }

    private Duration until(Duration due) {
        Duration quiet = Duration.ofNanos(Math.max(SOON.toNanos(), System.nanoTime() - found));
        return Collections.min(List.of(due, poll, takeOverEvery, quiet, lookBehind.rest()));
    }
}
