package dev.howdah.benchmark;

import java.time.Duration;

/** The workloads of the streams. */
public final class StreamBenchmark {

    private StreamBenchmark() {}

    /** About ten minutes: 100,000 events, snapshots held for three minutes. */
    public static Benchmark whole() {
        return of(100_000, 5, Duration.ofSeconds(5), Duration.ofSeconds(20), Duration.ofMinutes(3));
    }

    /** The same in about a minute, and rougher. */
    public static Benchmark quick() {
        return of(100_000, 3, Duration.ofSeconds(2), Duration.ofSeconds(5), Duration.ofSeconds(5));
    }

    static Benchmark of(int events, int rounds, Duration turn, Duration latency, Duration held) {
        return new Benchmark(
                new SingleSends(StreamSends::new, turn, rounds),
                new BulkSend(events, rounds),
                new Consume(events, rounds),
                new UnderHeldSnapshot(100, held, latency),
                new UnderHeldSnapshot(1_000, held, latency));
    }
}
