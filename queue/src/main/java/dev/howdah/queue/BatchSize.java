package dev.howdah.queue;

import java.time.Duration;

/** How many messages to take for one commit: a fixed number, or as many as are handled in a few milliseconds. */
final class BatchSize {

    private static final int MOST = 100;
    private static final long TIME = Duration.ofMillis(10).toNanos();

    private final int fixed;
    private double nanosEach = TIME;

    private BatchSize(int fixed) {
        this.fixed = fixed;
    }

    static BatchSize fixed(int messages) {
        return new BatchSize(messages);
    }

    static BatchSize adapting() {
        return new BatchSize(0);
    }

    int next() {
        return fixed > 0 ? fixed : (int) Math.max(1, Math.min(MOST, TIME / nanosEach));
    }

    void handled(int messages, long nanos) {
        nanosEach = (nanosEach + (double) nanos / messages) / 2;
    }
}
