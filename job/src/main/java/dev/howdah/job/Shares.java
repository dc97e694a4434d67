package dev.howdah.job;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * How many jobs of each entrypoint a claim looks at. All that are wanted could be of one, but to look at so many of each
 * would make a claim for a hundred entrypoints a hundred times as dear. So an entrypoint gets twice what it gave the last
 * time, and a share of what is wanted; where that is too few, the claim stops there, and the next one looks further.
 */
final class Shares {

    /** A claim that gives fewer has found all that there are. */
    static final int LEAST = 10;

    private static final int FOREIGN = 50;
    private static final int EIGHTHS = 8;

    private final int entrypoints;
    private final Limits limits;
    private Map<String, Integer> taken = Map.of();
    /** How many more than are wanted are looked at, for what others are taking meanwhile. */
    private int moreEighths = 1;

    Shares(Collection<String> entrypoints, Limits limits) {
        this.entrypoints = entrypoints.size();
        this.limits = limits;
    }

    /** As many of one entrypoint where {@code wanted} are wanted. */
    int of(String entrypoint, int wanted) {
        int most = most(wanted);
        if (limits.has(entrypoint)) {
            return most; // its limit ends a claim of it, never the look
        }
        int share = Math.max(LEAST, 2 * wanted / entrypoints);
        return Math.min(most, share + 2 * taken.getOrDefault(entrypoint, 0));
    }

    /** How many parts of lines to look into; all, if limits may keep from taking what is in the first ones. */
    int heads(int wanted) {
        return limits.isEmpty() ? most(wanted) : Integer.MAX_VALUE;
    }

    /** How many of the first jobs of all lines to look at; some are not this worker's. */
    int window(int wanted) {
        return entrypoints == 1 ? most(wanted) : 2 * most(wanted) + FOREIGN;
    }

    private int most(int wanted) {
        return wanted + wanted * moreEighths / EIGHTHS + LEAST;
    }

    void claimed(Collection<ClaimedJob> jobs, int wanted) {
        Map<String, Integer> counts = new HashMap<>();
        jobs.forEach(claimed -> counts.merge(claimed.job().entrypoint(), 1, Integer::sum));
        taken = counts;
        moreEighths = jobs.size() < wanted ? Math.min(EIGHTHS, 2 * moreEighths) : Math.max(1, moreEighths / 2);
    }
}
