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

/**
 * Claims as many jobs as handlers are free, and ahead of them as many as they got through in the time of two claims, so
 * that quick handlers never wait for the next claim and slow ones hold nothing that others could work.
 *
 * <p>When there are none it sleeps until the next job is due. Right after there were some it looks again soon, woken or
 * not: over a pool the driver hands on notifications only once none has come for a millisecond, which under load is seldom.
 */
final class JobClaimer implements Duty {

    /** Due, yet not to be had: somebody else has it locked, or a limit is reached. */
    private static final Duration NOT_TO_BE_HAD = Duration.ofMillis(100);
    /** The first pause after jobs were found; the next ones are as long as the time since then. */
    private static final Duration SOON = Duration.ofMillis(5);
    /** Where jobs come less often than this, one look more for each of them costs nothing. */
    private static final Duration SELDOM = Duration.ofMillis(50);
    /** How many outcomes may wait to be written before no more jobs are claimed. */
    private static final int MOST_UNSETTLED = 10_000;

    private static final int MOST_AHEAD = 3_000;
    /** What the payloads claimed ahead may amount to, as far as the next jobs' are like the last ones'. */
    private static final long MOST_BYTES_AHEAD = 32 << 20;
    /** How much of the time the look for silent workers' jobs may take: one part in so many, or one look a timeout. */
    private static final int TAKE_OVER_SHARE = 50;

    private final JobFetcher fetcher;
    private final InFlight inFlight;
    private final JobRunner runner;
    private final LineFronts fronts;
    private final LookBehind lookBehind;
    private final Shares shares;
    private final boolean isLimited;
    private final int batchSize;
    private final Duration poll;
    private final Duration heartbeatTimeout;
    private final Duration takeOverEvery;
    private final Consumer<List<ClaimedJob>> start;
    private final Signal signal = new Signal();

    private final CountDownLatch foundNothing = new CountDownLatch(1);
    private volatile int wantedAhead;
    private volatile boolean isBlocked;
    /** Whether jobs may be there that were left for want of room; all others tell of themselves. */
    private volatile boolean isMore = true;

    private volatile boolean isBacklog = true;

    private long nextTakeOver = System.nanoTime();
    private long claimBegan = System.nanoTime();
    private long claimTook;
    private long endedBefore;
    /** Of one job, in the mean of the last claim that found some. */
    private long payloadBytes;

    private boolean foundBehind;
    private Duration idle;
    private long found = System.nanoTime();

    JobClaimer(
            JobFetcher fetcher,
            Limits limits,
            InFlight inFlight,
            JobRunner runner,
            JobWorker.Builder settings,
            Consumer<List<ClaimedJob>> start) {
        this.fetcher = fetcher;
        this.inFlight = inFlight;
        this.runner = runner;
        this.fronts = new LineFronts(settings.handlers.keySet(), limits);
        this.lookBehind = new LookBehind(fetcher, fronts);
        this.shares = new Shares(settings.handlers.keySet(), limits);
        this.isLimited = !limits.isEmpty();
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

    /** Whether jobs probably wait: the last claim found as many as it wanted, or there was no room for one. */
    boolean isBacklog() {
        return isBacklog;
    }

    /** Handlers have got through something: wakes the claimer once they have got through enough, if there may be more. */
    void tellRoomier() {
        int ahead = wantedAhead;
        if (isMore && isEnough(runner.room() + ahead, ahead)) {
            signal.raise();
        }
    }

    /** An outcome was written: a limit may have room again, or all is done. */
    void tellSettled() {
        if (isLimited || (inFlight.isEmpty() && (isMore || foundNothing.getCount() > 0))) {
            signal.raise();
        }
    }

    /** Jobs went; where one is due that was not to be had, it may be by now. */
    void tellWent() {
        if (isBlocked) {
            signal.raise();
        }
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
        isMore = true; // before the look at the room: what ends after it must wake this
        int ahead = ahead();
        wantedAhead = ahead;
        int most = runner.room() + ahead;
        if (inFlight.size() >= MOST_UNSETTLED || !isEnough(most, ahead)) {
            isBacklog = true; // for all that is known
            return 0;
        }
        try {
            int claimed = takeOver();
            claimed += claim(Math.min((most - claimed) * batchSize, MOST_UNSETTLED - inFlight.size()));
            Duration gap = sinceFound();
            if (claimed > 0) {
                found = System.nanoTime();
            }
            isBacklog = claimed >= Math.min(most, Shares.LEAST);
            if (isBacklog) {
                return claimed;
            }
            isMore = false;
            if (foundBehind) {
                return 1;
            }
            return claimed > 0 ? noMoreFound(gap) : nothingFound();
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
        long most = Math.min(MOST_AHEAD, MOST_BYTES_AHEAD / Math.max(1, payloadBytes * batchSize));
        return (int) Math.min(most, 2.0 * ended * claimTook / elapsed);
    }

    private int takeOver() {
        int free = runner.room();
        long began = System.nanoTime();
        if (free <= 0 || began - nextTakeOver < 0) {
            return 0;
        }
        int wanted = free * batchSize;
        List<ClaimedJob> taken = fetcher.takeOver(wanted, inFlight.ids());
        start.accept(taken);
        takeOverIn(taken.size() < wanted ? takeOverPause(Duration.ofNanos(System.nanoTime() - began)) : Duration.ZERO);
        return taken.size();
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
        JobFetcher.Claim claim = fetcher.claim(most, look(), inFlight.ids(), start);
        claimTook = System.nanoTime() - claimBegan;
        List<ClaimedJob> jobs = claim.jobs();
        fronts.claimed(jobs.subList(0, claim.inARow()));
        lookBehind.claimed(jobs);
        jobs.stream()
                .mapToInt(one -> one.job().payload().length)
                .average()
                .ifPresent(mean -> payloadBytes = (long) mean);
        shares.claimed(jobs, most);
        foundBehind = lookBehind.look(); // for the next claim: these jobs do not wait for it
        return jobs.size();
    }

    private JobFetcher.Look look() {
        return new JobFetcher.Look(fronts.ranges(), shares, lookBehind.ids());
    }

    /**
     * Says how long to wait after these jobs, when the ones before them were found {@code gap} ago. Where they come one by one
     * in short order it is long enough not to be in the way of the next one, which tells of itself.
     *
     * @return 1 if it is no time at all
     */
    private int noMoreFound(Duration gap) {
        idle = SOON;
        if (gap.compareTo(SOON) < 0 || gap.compareTo(SELDOM) > 0) {
            return 0;
        }
        JobFetcher.NextDue next = fetcher.nextDue(look());
        idle = until(next.next().orElse(poll), gap.multipliedBy(2));
        return next.isNow() ? 1 : 0;
    }

    /** Says how long to wait. @return 1 if it is no time at all */
    private int nothingFound() {
        if (foundNothing.getCount() > 0 && lookBehind.lookAtAll()) {
            return 1;
        }
        JobFetcher.NextDue next = fetcher.nextDue(look());
        isBlocked = next.isNow();
        Duration quiet = Collections.max(List.of(SOON, sinceFound()));
        idle = until(next.isNow() ? NOT_TO_BE_HAD : next.next().orElse(poll), quiet);
        if (inFlight.isEmpty() && !next.isNow()) {
            foundNothing.countDown();
        }
        return 0;
    }

    private void takeOverIn(Duration time) {
        nextTakeOver = System.nanoTime() + TimeUnit.NANOSECONDS.convert(time);
    }

    private Duration sinceFound() {
        return Duration.ofNanos(System.nanoTime() - found);
    }

    private Duration until(Duration due, Duration quiet) {
        return Collections.min(List.of(due, poll, takeOverEvery, quiet, lookBehind.rest()));
    }
}
