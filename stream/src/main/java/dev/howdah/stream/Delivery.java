package dev.howdah.stream;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A batch as it was opened for a worker, with its events, and what is known of the worker's lease. */
final class Delivery {

    private final int subscriber;
    private final long batchId;
    private final long tickId;
    private final EventReader.Part part;
    private final long lease;
    private final long opened;
    private volatile long renewed;
    private volatile boolean lost;

    /**
     * @param subscriber whose batch it is, by the engine's number
     * @param opened when it was asked for, in {@link System#nanoTime()}: the lease began later
     */
    Delivery(int subscriber, long batchId, long tickId, EventReader.Part part, Duration lease, long opened) {
        this.subscriber = subscriber;
        this.batchId = batchId;
        this.tickId = tickId;
        this.part = part;
        this.lease = TimeUnit.NANOSECONDS.convert(lease);
        this.opened = opened;
        this.renewed = opened;
    }

    int subscriber() {
        return subscriber;
    }

    long batchId() {
        return batchId;
    }

    long tickId() {
        return tickId;
    }

    List<Event> events() {
        return part.events();
    }

    /** The id that it ends with, where its worker took less than it was offered. */
    @Nullable Long end() {
        return part.end();
    }

    Duration age() {
        return Duration.ofNanos(System.nanoTime() - opened);
    }

    /** The lease began anew after {@code time}. */
    void renewed(long time) {
        renewed = time;
    }

    void lost() {
        lost = true;
    }

    /** Whether it is known to be another worker's. */
    boolean isLost() {
        return lost;
    }

    /** Whether it may be another worker's. */
    boolean isExpired() {
        return System.nanoTime() - renewed > lease;
    }
}
