package dev.howdah.benchmark;

import java.time.Duration;

/** The workloads of the queues. */
public final class QueueBenchmark {

    private QueueBenchmark() {}

    /** About a quarter of an hour: 100,000 messages, a million that wait, snapshots held for three minutes. */
    public static Benchmark whole() {
        return of(
                100_000,
                1_000_000,
                5,
                Duration.ofSeconds(5),
                Duration.ofSeconds(20),
                Duration.ofMinutes(3),
                Duration.ofSeconds(30));
    }

    /** The same in about two minutes, and rougher. */
    public static Benchmark quick() {
        return of(
                100_000,
                1_000_000,
                3,
                Duration.ofSeconds(2),
                Duration.ofSeconds(5),
                Duration.ofSeconds(30),
                Duration.ofSeconds(5));
    }

    static Benchmark of(
            int messages, int backlog, int rounds, Duration turn, Duration latency, Duration held, Duration window) {
        return new Benchmark(
                new SingleSends(QueueSends::new, turn, rounds),
                new QueueBulkSend(messages, rounds),
                new QueueDrain(messages, rounds),
                new QueueSingleReads(messages / 5, rounds),
                new QueueLatency(100, latency),
                new QueueLatency(1_000, latency),
                QueueUnderHeldSnapshot.ofQueue(1_000, held, window),
                QueueUnderHeldSnapshot.ofPlainTable(1_000, held, window),
                new QueueBacklog(backlog, rounds));
    }
}
