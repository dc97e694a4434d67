package dev.howdah.job;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A row of a job's log.
 *
 * @param traceback a JSON object that says why; null if there was no reason to
 */
public record JobEvent(
        long jobId,
        Instant time,
        JobStatus status,
        @Nullable String traceback) {}
