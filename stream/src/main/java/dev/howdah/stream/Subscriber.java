package dev.howdah.stream;

/**
 * Who reads a stream, by the engine's numbers.
 *
 * @param no its line of positions
 * @param id whose retries and dead letters it gets: its own, or its group's
 * @param queue of which stream
 */
record Subscriber(int no, int id, int queue) {}
