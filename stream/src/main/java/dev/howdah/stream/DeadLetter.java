package dev.howdah.stream;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An event that a consumer has given up.
 *
 * @param id for {@link DeadLetters#replay}
 * @param time when it was given up
 */
public record DeadLetter(
        long id, String consumer, Instant time, @Nullable String reason, Event event) {}
