package dev.howdah.job;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How far the front of each entrypoint's line has moved, for each priority. A look for jobs begins there, and so never walks
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

    /** Jobs of one priority with ids after {@code passed}. */
    record Front(String entrypoint, int priority, long passed) {}

    /** Jobs of the priorities from {@code high} down to {@code low}, from the beginning. */
    record Gap(String entrypoint, int high, int low) {}

    private final int worthIt;
    private final long lagNanos;
    private final Map<String, TreeMap<Integer, Moving>> lines = new HashMap<>();
    private List<Front> fronts = List.of();
    private List<Gap> gaps;

    LineFronts(Collection<String> entrypoints) {
        this(entrypoints, WORTH_IT, LAG);
    }

    LineFronts(Collection<String> entrypoints, int worthIt, Duration lag) {
        this.worthIt = worthIt;
        this.lagNanos = lag.toNanos();
        entrypoints.forEach(entrypoint -> lines.put(entrypoint, new TreeMap<>(Collections.reverseOrder())));
        gaps = entrypoints.stream().map(LineFronts::whole).toList();
    }

    List<Front> fronts() {
        return fronts;
    }

    List<Gap> gaps() {
        return gaps;
    }

    /** Some were claimed, in the order of their lines. */
    void claimed(List<ClaimedJob> jobs) {
        long now = System.nanoTime();
        for (ClaimedJob claimed : jobs) {
            TreeMap<Integer, Moving> line = lines.get(claimed.job().entrypoint());
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
        List<Front> newFronts = new ArrayList<>();
        List<Gap> newGaps = new ArrayList<>();
        lines.forEach((entrypoint, line) -> {
            long high = Integer.MAX_VALUE;
            for (Map.Entry<Integer, Moving> entry : line.entrySet()) {
                entry.getValue().settle(now);
                if (entry.getValue().isWorthIt()) {
                    newFronts.add(new Front(entrypoint, entry.getKey(), entry.getValue().passed));
                    addGap(newGaps, entrypoint, high, entry.getKey() + 1L);
                    high = entry.getKey() - 1L;
                }
            }
            addGap(newGaps, entrypoint, high, Integer.MIN_VALUE);
        });
        fronts = newFronts;
        gaps = newGaps;
    }

    private static void addGap(List<Gap> gaps, String entrypoint, long high, long low) {
        if (low <= high) {
            gaps.add(new Gap(entrypoint, (int) high, (int) low));
        }
    }

    private static Gap whole(String entrypoint) {
        return new Gap(entrypoint, Integer.MAX_VALUE, Integer.MIN_VALUE);
    }

    /** One priority's front, and how far it will have moved when the ids claimed lately are old enough. */
    private final class Moving {
        private long passed = Long.MIN_VALUE;
        private long next = Long.MIN_VALUE;
        private long nextIsOld;
        private long later = Long.MIN_VALUE;
        private int count;

        void claimed(ClaimedJob claimed, long now) {
            count = Math.min(worthIt, count + 1);
            long id = claimed.job().id();
            if (claimed.age().toNanos() >= lagNanos) {
                passed = Math.max(passed, id);
            } else if (next == Long.MIN_VALUE) {
                next = id;
                nextIsOld = now + lagNanos;
            } else {
                later = Math.max(later, id);
            }
        }

        void settle(long now) {
            if (next != Long.MIN_VALUE && now - nextIsOld >= 0) {
                passed = Math.max(passed, next);
                next = later;
                nextIsOld = now + lagNanos;
                later = Long.MIN_VALUE;
            }
        }

        boolean isWorthIt() {
            return count >= worthIt && passed != Long.MIN_VALUE;
        }
    }
}
