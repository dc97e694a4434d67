package dev.howdah.job;

import org.jspecify.annotations.Nullable;

/**
 * How a job ended.
 *
 * @param traceback what its last log row says about the reason, a JSON object; null if it ended well
 */
public record JobEnd(long id, JobStatus status, @Nullable String traceback) {}
