package dev.howdah.benchmark;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import javax.sql.DataSource;

/** The workload of the gateway. */
public final class GatewayBenchmark {

    private final Workload workload;

    private GatewayBenchmark(Workload workload) {
        this.workload = workload;
    }

    /** About two minutes. */
    public static GatewayBenchmark whole() {
        return of(Duration.ofSeconds(5), 5, Duration.ofSeconds(20));
    }

    /** The same in half a minute, and rougher. */
    public static GatewayBenchmark quick() {
        return of(Duration.ofSeconds(2), 3, Duration.ofSeconds(5));
    }

    static GatewayBenchmark of(Duration turn, int rounds, Duration latency) {
        return new GatewayBenchmark(new EnqueueOverHttp(turn, rounds, latency));
    }

    /**
     * Runs it, with jobs of an entrypoint of its own that it removes.
     *
     * @param dataSource a database that Howdah is installed in, and that nobody else uses
     * @param progress is told what is being measured
     */
    public List<Measurement> run(DataSource dataSource, Consumer<String> progress) throws Exception {
        try (Bench bench = new Bench(dataSource, progress)) {
            bench.tell(workload.name());
            return workload.measure(bench);
        }
    }
}
