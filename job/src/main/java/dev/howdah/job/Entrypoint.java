package dev.howdah.job;

import dev.howdah.core.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a worker works the jobs of one entrypoint.
 *
 * @param batchSize how many jobs its handler takes at a time
 * @param timeout null for none
 */
record Entrypoint(
        String name,
        BatchJobHandler handler,
        int batchSize,
        @Nullable Duration timeout,
        RetryPolicy retry,
        JobWorker.OnFailure onFailure) {

    static BatchJobHandler oneByOne(JobHandler handler) {
        return jobs -> Map.of(jobs.get(0).id(), handler.handle(jobs.get(0)));
    }

    List<Settlement> settlements(List<Job> jobs, Map<Long, Outcome> outcomes) {
        return jobs.stream()
                .map(job -> settlement(job, outcomes.getOrDefault(job.id(), Outcome.done())))
                .toList();
    }

    private static Settlement settlement(Job job, Outcome outcome) {
        return outcome.fold(
                done -> Settlement.successful(job),
                retry -> Settlement.retry(job, retry.after()),
                dead -> Settlement.deadLetter(job, dead.reason()));
    }

    Settlement settlement(Job job, Throwable error) {
        Optional<Duration> delay = retry.next(job.attempts());
        if (delay.isPresent()) {
            return Settlement.retry(job, delay.get(), error);
        }
        return onFailure == JobWorker.OnFailure.HOLD ? Settlement.held(job, error) : Settlement.exception(job, error);
    }
}
