package dev.howdah.benchmark;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import javax.sql.DataSource;

/** The workloads of the jobs. */
public final class JobBenchmark {

    private final List<Workload> workloads;

    private JobBenchmark(List<Workload> workloads) {
        this.workloads = workloads;
    }

    /** About ten minutes: 100,000 jobs, a snapshot held for three minutes, a backlog of a million. */
    public static JobBenchmark whole() {
        return of(100_000, 5, Duration.ofSeconds(20), Duration.ofMinutes(3), 1_000_000);
    }

    /** The same in about a minute, and rougher. */
    public static JobBenchmark quick() {
        return of(50_000, 2, Duration.ofSeconds(5), Duration.ofSeconds(15), 100_000);
    }

    static JobBenchmark of(int jobs, int rounds, Duration latency, Duration held, int backlog) {
        return new JobBenchmark(List.of(
                new JobDrain(jobs, rounds),
                new JobBulkSend(jobs, rounds),
                new JobLatency(100, latency),
                new JobLatency(1_000, latency),
                new JobsUnderHeldSnapshot(1_000, held),
                new JobBacklog(backlog)));
    }

    /** Those alone that have {@code part} in their name. */
    public JobBenchmark only(String part) {
        return new JobBenchmark(
                workloads.stream().filter(w -> w.name().contains(part)).toList());
    }

    /**
     * Runs every workload, on the jobs' tables, which it empties.
     *
     * @param dataSource a database that Howdah is installed in, that nobody else uses, and that holds no jobs
     * @param progress is told what is being measured
     */
    public List<Measurement> run(DataSource dataSource, Consumer<String> progress) throws Exception {
        List<Measurement> measurements = new ArrayList<>();
        try (Bench bench = new Bench(dataSource, progress)) {
            if (bench.value("select exists (select from pgqueuer)").equals("t")) {
                throw new IllegalStateException("there are jobs in this database, and measuring would remove them");
            }
            for (Workload workload : workloads) {
                bench.tell(workload.name());
                JobTables.empty(bench);
                try {
                    measurements.addAll(workload.measure(bench));
                } finally {
                    JobTables.empty(bench);
                }
            }
        }
        return measurements;
    }
}
