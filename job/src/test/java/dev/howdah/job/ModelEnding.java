package dev.howdah.job;

import java.time.Duration;

/** What a handler's end is written as. */
enum ModelEnding {
    SUCCESSFUL,
    RETRY,
    RETRY_LATER,
    THROWN,
    EXCEPTION,
    HELD,
    RELEASED,
    DEAD_LETTER;

    Settlement of(Job job) {
        return switch (this) {
            case SUCCESSFUL -> Settlement.successful(job);
            case RETRY -> Settlement.retry(job, Duration.ZERO);
            case RETRY_LATER -> Settlement.retry(job, Duration.ofHours(1));
            case THROWN -> Settlement.retry(job, Duration.ZERO, new IllegalStateException("no"));
            case EXCEPTION -> Settlement.exception(job, new AssertionError("no"));
            case HELD -> Settlement.held(job, new IllegalStateException("no"));
            case RELEASED -> Settlement.released(job);
            case DEAD_LETTER -> Settlement.deadLetter(job, "no");
        };
    }
}
