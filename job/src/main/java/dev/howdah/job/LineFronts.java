package dev.howdah.job;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How far the front of each line has moved, for each priority. Entrypoints have one line in common where their jobs are claimed
 * in their common order, and one each where limits hold some of them back. A look for jobs begins there, and so never walks
 * over the jobs that are done: their dead index entries stay for as long as anybody holds a snapshot.
 *
 * <p>A front passes a job some time after it was sent, when most of those are committed that drew lower ids. What is behind
 * it all the same, or was delayed or put back, is found by {@link LookBehind}.
 */
final class LineFronts {

    /** How old the ids have to be that a front passes. */
    private static final Duration LAG = Duration.ofMillis(500);
    /** So many jobs have to go before a front is worth a range of its own. */
    private static final int WORTH_IT = 200;
    /** More priorities than these are read from the beginning. */
    private static final int MOST_PRIORITIES = 8;

    private static final long BEGINNING = Long.MIN_VALUE;

    /**
     * Jobs of the priorities from {@code high} down to {@code low} with ids after {@code passed}: of one priority behind a
     * front, or of those between two fronts from the beginning.
     *
     * @param entrypoint null for all entrypoints that have their line in common
     */
    record Range(@Nullable String entrypoint, int high, int low, long passed) {
        boolean isFront() {
            return passed != BEGINNING;
        }

        Range of(String one) {
            return new Range(one, high, low, passed);
        }
    }

    private final int worthIt;
    private final long lagNanos;
    private final boolean isCommon;
    private final Map<@Nullable String, TreeMap<Integer, Moving>> lines = new HashMap<>();
    private List<Range> ranges;
    private List<Range> fronts = List.of();

    LineFronts(Collection<String> entrypoints, Limits limits) {
        this(entrypoints, limits, WORTH_IT, LAG);
    }

    LineFronts(Collection<String> entrypoints, Limits limits, int worthIt, Duration lag) {
        this.worthIt = worthIt;
        this.lagNanos = lag.toNanos();
        isCommon = limits.isEmpty();
        Collection<@Nullable String> all = isCommon ? Collections.singleton(null) : List.copyOf(entrypoints);
        all.forEach(line -> lines.put(line, new TreeMap<>(Collections.reverseOrder())));
        ranges = all.stream()
                .map(line -> new Range(line, Integer.MAX_VALUE, Integer.MIN_VALUE, BEGINNING))
                .toList();
    }

    /** Each line, in parts. */
    List<Range> ranges() {
        return ranges;
    }

    /** Those of {@link #ranges} that begin at a front. */
    List<Range> fronts() {
        return fronts;
    }

    /** Some were claimed, in the order of their lines. */
    void claimed(List<ClaimedJob> jobs) {
        long now = System.nanoTime();
        for (ClaimedJob claimed : jobs) {
            TreeMap<Integer, Moving> line =
                    lines.get(isCommon ? null : claimed.job().entrypoint());
            if (line.size() < MOST_PRIORITIES || line.containsKey(claimed.job().priority())) {
                line.computeIfAbsent(claimed.job().priority(), priority -> new Moving())
                        .claimed(claimed, now);
            }
        }
        if (!jobs.isEmpty()) {
            arrange(now);
        }
    }

    private void arrange(long now) {
        List<Range> arranged = new ArrayList<>();
        lines.forEach((entrypoint, line) -> {
            long high = Integer.MAX_VALUE;
            for (Map.Entry<Integer, Moving> entry : line.entrySet()) {
                entry.getValue().settle(now);
                if (entry.getValue().isWorthIt()) {
                    int priority = entry.getKey();
                    addGap(arranged, entrypoint, high, priority + 1L);
                    arranged.add(new Range(entrypoint, priority, priority, entry.getValue().passed));
                    high = priority - 1L;
                }
            }
            addGap(arranged, entrypoint, high, Integer.MIN_VALUE);
        });
        ranges = arranged;
        fronts = arranged.stream().filter(Range::isFront).toList();
    }

    private static void addGap(List<Range> arranged, @Nullable String entrypoint, long high, long low) {
        if (low <= high) {
            arranged.add(new Range(entrypoint, (int) high, (int) low, BEGINNING));
        }
    }

    /** One priority's front, and how far it will have moved when the ids claimed lately are old enough. */
    private final class Moving {
        private long passed = BEGINNING;
        private long next = BEGINNING;
        private long nextIsOld;
        private long later = BEGINNING;
        private int count;

        void claimed(ClaimedJob claimed, long now) {
            count = Math.min(worthIt, count + 1);
            long id = claimed.job().id();
            if (claimed.age().toNanos() >= lagNanos) {
                passed = Math.max(passed, id);
            } else if (next == BEGINNING) {
                next = id;
                nextIsOld = now + lagNanos;
            } else {
                later = Math.max(later, id);
            }
        }

        void settle(long now) {
            if (next != BEGINNING && now - nextIsOld >= 0) {
                passed = Math.max(passed, next);
                next = later;
                nextIsOld = now + lagNanos;
                later = BEGINNING;
            }
        }

        boolean isWorthIt() {
            return count >= worthIt && passed != BEGINNING;
        }
    }
}
