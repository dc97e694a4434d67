package dev.howdah.job;

import dev.howdah.core.Outcome;

/**
 * Handles a job. Called at least once for each: again after a retry, and again if its worker died or lost the database
 * before the outcome was written.
 */
@FunctionalInterface
public interface JobHandler {

    /**
     * @return done: the job is deleted and logged {@code successful}; retry: it is queued again, {@code attempts} + 1,
     *     however often; dead letter: it stays as {@code failed} for a person to look at
     * @throws Exception is a retry as the worker's {@link RetryPolicy} has it, and once that is exhausted the end of the
     *     job, logged {@code exception}. Interrupted while the worker stops: the job is queued again uncounted.
     *     Interrupted on a virtual thread that waits for a socket, a database's among them, it loses that socket.
     */
    Outcome handle(Job job) throws Exception;
}
