package dev.howdah.job;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A job as it is in the table.
 *
 * @param worker who has it; null if nobody
 * @param due when it is or was due
 * @param lastError what its log says about its last failure; null if there was none
 */
public record JobInfo(
        Job job,
        JobStatus status,
        @Nullable UUID worker,
        Instant due,
        Instant updated,
        @Nullable String lastError) {}
