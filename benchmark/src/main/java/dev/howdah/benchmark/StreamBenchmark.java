package dev.howdah.benchmark;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import javax.sql.DataSource;

/** The workloads of the streams. */
public final class StreamBenchmark {

    private final List<Workload> workloads;

    private StreamBenchmark(List<Workload> workloads) {
        this.workloads = workloads;
    }

    /** About ten minutes: 100,000 events, snapshots held for three minutes. */
    public static StreamBenchmark whole() {
        return of(100_000, 5, Duration.ofSeconds(5), Duration.ofSeconds(20), Duration.ofMinutes(3));
    }

    /** The same in about a minute, and rougher. */
    public static StreamBenchmark quick() {
        return of(100_000, 3, Duration.ofSeconds(2), Duration.ofSeconds(5), Duration.ofSeconds(5));
    }

    static StreamBenchmark of(int events, int rounds, Duration turn, Duration latency, Duration held) {
        return new StreamBenchmark(List.of(
                new SingleSends(turn, rounds),
                new BulkSend(events, rounds),
                new Consume(events, rounds),
                new UnderHeldSnapshot(100, held, latency),
                new UnderHeldSnapshot(1_000, held, latency)));
    }

    /** Those alone that have {@code part} in their name. */
    public StreamBenchmark only(String part) {
        return new StreamBenchmark(
                workloads.stream().filter(w -> w.name().contains(part)).toList());
    }

    /**
     * Runs every workload, in streams of its own that it removes.
     *
     * @param dataSource a database that Howdah is installed in, and that nobody else uses
     * @param progress is told what is being measured
     */
    public List<Measurement> run(DataSource dataSource, Consumer<String> progress) throws Exception {
        List<Measurement> measurements = new ArrayList<>();
        try (Bench bench = new Bench(dataSource, progress)) {
            for (Workload workload : workloads) {
                bench.tell(workload.name());
                measurements.addAll(workload.measure(bench));
            }
        }
        return measurements;
    }
}
