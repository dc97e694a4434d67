package dev.howdah.stream;

import java.time.Duration;
import java.util.List;

/**
 * A batch as it was opened for a worker, with its events.
 *
 * @param subscriber whose batch it is, by the engine's number
 * @param opened in {@link System#nanoTime()}
 */
record Delivery(int subscriber, long batchId, long tickId, List<Event> events, long opened) {

    Duration age() {
        return Duration.ofNanos(System.nanoTime() - opened);
    }
}
