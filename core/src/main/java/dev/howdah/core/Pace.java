package dev.howdah.core;

import java.time.Duration;

/**
 * How often to look for messages: at once again while there are some, then with pauses that grow with the quiet, from half
 * a millisecond up to the poll interval. So a look costs what a busy queue can bear, and an idle one next to nothing.
 */
public final class Pace {

    /** The pause after a look that found something, and what was found was all. */
    public static final Duration SHORTEST = Duration.ofNanos(500_000);

    private static final int SHARE = 16;

    private final long longest;
    private volatile long found = System.nanoTime();

    public Pace(Duration poll) {
        longest = poll.toNanos();
    }

    public void found() {
        found = System.nanoTime();
    }

    public Duration pause() {
        return Duration.ofNanos(Math.min(longest, Math.max(SHORTEST.toNanos(), quiet() / SHARE)));
    }

    /** Whether it has been quiet for long enough that to wait for a wake-up is better than to look. */
    public boolean isQuiet() {
        return quiet() > Duration.ofSeconds(1).toNanos();
    }

    private long quiet() {
        return System.nanoTime() - found;
    }
}
