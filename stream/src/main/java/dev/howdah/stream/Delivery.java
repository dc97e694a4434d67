package dev.howdah.stream;

import java.time.Duration;
import java.util.List;

/**
 * A batch as it was opened for a worker, with its events.
 *
 * @param opened in {@link System#nanoTime()}
 */
record Delivery(long batchId, long tickId, List<Event> events, long opened) {

    Duration age() {
        return Duration.ofNanos(System.nanoTime() - opened);
    }
}
