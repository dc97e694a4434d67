package dev.howdah.benchmark;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import javax.sql.DataSource;

/** The workloads of one wing. */
public final class Benchmark {

    private final List<Workload> workloads;

    Benchmark(Workload... workloads) {
        this.workloads = List.of(workloads);
    }

    /**
     * Runs the workloads, in streams, queues and tables of its own that it removes, and on the jobs' tables, which it empties.
     *
     * @param dataSource a database that Howdah is installed in, and that nobody else uses
     * @param wanted which workloads, by their names
     * @param progress is told what is being measured
     * @param results gets what was measured, as soon as it is known
     */
    public void run(
            DataSource dataSource, Predicate<String> wanted, Consumer<String> progress, Consumer<Measurement> results)
            throws Exception {
        try (Bench bench = new Bench(dataSource)) {
            for (Workload workload : workloads) {
                if (wanted.test(workload.name())) {
                    progress.accept(workload.name());
                    workload.measure(bench).forEach(results);
                }
            }
        }
    }
}
