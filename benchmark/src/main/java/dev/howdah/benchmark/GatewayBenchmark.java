package dev.howdah.benchmark;

import java.time.Duration;

/** The workload of the gateway. */
public final class GatewayBenchmark {

    private GatewayBenchmark() {}

    /** About three minutes. */
    public static Benchmark whole() {
        return of(60_000, Duration.ofSeconds(5), 5, Duration.ofSeconds(20));
    }

    /** The same in less than a minute, and rougher. */
    public static Benchmark quick() {
        return of(10_000, Duration.ofSeconds(2), 3, Duration.ofSeconds(5));
    }

    static Benchmark of(int warmUp, Duration turn, int rounds, Duration latency) {
        return new Benchmark(new JobsOnEmptyTables(new EnqueueOverHttp(warmUp, turn, rounds, latency)));
    }
}
