package dev.howdah.stream;

import org.jspecify.annotations.Nullable;

/**
 * Who reads a stream, by the engine's numbers.
 *
 * @param no its line of positions
 * @param id whose retries and dead letters it gets: its own, or its group's
 * @param queue of which stream
 * @param slot the partition slot that it reads, of {@code slots}; null: all
 */
record Subscriber(
        int no,
        int id,
        int queue,
        @Nullable Integer slot,
        @Nullable Integer slots) {}
