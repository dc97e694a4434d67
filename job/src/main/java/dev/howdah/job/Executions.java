package dev.howdah.job;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/** Makes of claimed jobs what their handlers are to run: each job alone, or batches as large as the handler takes. */
final class Executions implements AutoCloseable {

    private final Map<String, Entrypoint> entrypoints;
    private final BiConsumer<JobExecution, List<Settlement>> end;
    private final JobTimeouts timeouts = new JobTimeouts();

    /** @param end is told what becomes of the jobs of an execution that has ended */
    Executions(Map<String, Entrypoint> entrypoints, BiConsumer<JobExecution, List<Settlement>> end) {
        this.entrypoints = entrypoints;
        this.end = end;
    }

    JobExecution of(Job job) {
        return of(entrypoint(job), List.of(job));
    }

    /** Each entrypoint's jobs in their order. */
    List<JobExecution> of(List<ClaimedJob> claimed) {
        List<JobExecution> executions = new ArrayList<>();
        Map<String, List<Job>> batches = new HashMap<>();
        for (ClaimedJob one : claimed) {
            Entrypoint entrypoint = entrypoint(one.job());
            if (entrypoint.batchSize() == 1) {
                executions.add(of(entrypoint, List.of(one.job())));
                continue;
            }
            List<Job> batch = batches.computeIfAbsent(entrypoint.name(), name -> new ArrayList<>());
            batch.add(one.job());
            if (batch.size() == entrypoint.batchSize()) {
                executions.add(of(entrypoint, batches.remove(entrypoint.name())));
            }
        }
        batches.values().forEach(jobs -> executions.add(of(entrypoint(jobs.get(0)), jobs)));
        return executions;
    }

    private JobExecution of(Entrypoint entrypoint, List<Job> jobs) {
        return new JobExecution(List.copyOf(jobs), entrypoint, timeouts, end);
    }

    private Entrypoint entrypoint(Job job) {
        Entrypoint entrypoint = entrypoints.get(job.entrypoint());
        if (entrypoint == null) {
            throw new IllegalStateException("claimed a job of " + job.entrypoint() + ", which has no handler");
        }
        return entrypoint;
    }

    /** No timeout ends an execution any more. */
    @Override
    public void close() {
        timeouts.close();
    }
}
