package dev.howdah.job;

import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Finds the jobs that are due behind the front of their line, and remembers them until they are claimed. Often it looks only
 * for what fell due since the last look, which costs next to nothing; now and then, and when somebody put a job back, for
 * everything. What a look costs says how soon the next one may be, so that looks take a twentieth of the time at most, unless
 * one takes half a second.
 */
final class LookBehind {

    private static final Duration SOONEST = Duration.ofMillis(20);
    private static final Duration SOONEST_WHOLE = Duration.ofMillis(50);
    private static final Duration LATEST_WHOLE = Duration.ofMillis(500);
    /** How much of the time before the last look the next one looks at again, for what was committed late. */
    private static final Duration OVERLAP = Duration.ofSeconds(1);

    private static final int SHARE = 20;
    /** No longer than this is waited for the next look, however long the last one took. */
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

    private static final int MOST = 1_000;

    private final JobFetcher fetcher;
    private final LineFronts fronts;
    private final Set<Long> behind = new LinkedHashSet<>();
    private volatile boolean news;
    private long lastLook = System.nanoTime();
    private long lastWhole = lastLook;
    private long cost;
    private long wholeCost;

    LookBehind(JobFetcher fetcher, LineFronts fronts) {
        this.fetcher = fetcher;
        this.fronts = fronts;
    }

    /** Somebody sent a job or put one back: it may be behind. */
    void tellNews() {
        news = true;
    }

    /** What is known to be behind and not claimed yet. */
    Collection<Long> ids() {
        return behind;
    }

    void claimed(List<ClaimedJob> jobs) {
        if (!behind.isEmpty()) {
            jobs.forEach(claimed -> behind.remove(claimed.job().id()));
        }
    }

    /** Looks, if it is time to. @return whether it found what it did not know of */
    boolean look() {
        long now = System.nanoTime();
        if (fronts.fronts().isEmpty()) {
            lastLook = now;
            lastWhole = now;
            return false;
        }
        if (untilWhole(now) <= 0) {
            return lookAtAll();
        }
        if (now - lastLook < pause(SOONEST, cost)) {
            return false;
        }
        boolean found = behind.addAll(
                fetcher.behind(fronts.fronts(), Duration.ofNanos(now - lastLook).plus(OVERLAP), MOST));
        lastLook = now;
        cost = System.nanoTime() - now;
        return found;
    }

    /** Looks for everything, whatever it costs. @return whether it found what it did not know of */
    boolean lookAtAll() {
        news = false;
        long now = System.nanoTime();
        Set<Long> known = Set.copyOf(behind);
        behind.clear();
        behind.addAll(fetcher.allBehind(fronts.fronts(), MOST));
        lastLook = now;
        lastWhole = now;
        wholeCost = System.nanoTime() - now;
        return !known.containsAll(behind);
    }

    /** How long a worker that found nothing may rest before it has to look again. */
    Duration rest() {
        return news && !fronts.fronts().isEmpty()
                ? Duration.ofNanos(Math.max(0, untilWhole(System.nanoTime())))
                : Duration.ofDays(1);
    }

    private long untilWhole(long now) {
        Duration soonest = news ? SOONEST_WHOLE : LATEST_WHOLE;
        return lastWhole + pause(soonest, wholeCost) - now;
    }

    private static long pause(Duration soonest, long cost) {
        return Math.max(soonest.toNanos(), Math.min(LONGEST_PAUSE.toNanos(), SHARE * cost));
    }
}
