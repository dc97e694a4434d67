package dev.howdah.benchmark;

import java.time.Duration;

/** The workloads of the jobs. */
public final class JobBenchmark {

    private JobBenchmark() {}

    /** More than ten minutes: 100,000 jobs, a snapshot held for three minutes, a backlog of a million. */
    public static Benchmark whole() {
        return of(100_000, 5, Duration.ofSeconds(5), Duration.ofSeconds(20), Duration.ofMinutes(3), 1_000_000);
    }

    /** The same, shorter and rougher. */
    public static Benchmark quick() {
        return of(50_000, 2, Duration.ofSeconds(2), Duration.ofSeconds(5), Duration.ofSeconds(15), 100_000);
    }

    static Benchmark of(int jobs, int rounds, Duration turn, Duration latency, Duration held, int backlog) {
        return new Benchmark(
                new JobsOnEmptyTables(new JobDrain(jobs, rounds)),
                new JobsOnEmptyTables(new JobBulkSend(jobs, rounds)),
                new JobsOnEmptyTables(new SingleSends(JobSends::new, turn, rounds)),
                new JobsOnEmptyTables(new JobLatency(100, latency, false)),
                new JobsOnEmptyTables(new JobLatency(1_000, latency, false)),
                new JobsOnEmptyTables(new JobLatency(100, latency, true)),
                new JobsOnEmptyTables(new JobLatency(1_000, latency, true)),
                new JobsOnEmptyTables(new JobsUnderHeldSnapshot(1_000, held)),
                new JobsOnEmptyTables(new JobBacklog(backlog, latency)));
    }
}
