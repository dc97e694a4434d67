package dev.howdah.benchmark;

import dev.howdah.core.Outcome;
import dev.howdah.queue.NewMessage;
import dev.howdah.queue.QueueSender;
import dev.howdah.queue.QueueWorker;
import java.time.Duration;
import java.util.List;

/** From before the send to the handler, at a steady rate; a worker with its defaults. */
final class QueueLatency implements Workload {

    private final int rate;
    private final Duration duration;

    QueueLatency(int rate, Duration duration) {
        this.rate = rate;
        this.duration = duration;
    }

    @Override
    public String name() {
        return "latency at " + rate + "/s";
    }

    @Override
    public List<Measurement> measure(Bench bench) throws Exception {
        String queue = bench.newQueue();
        try {
            run(bench, queue, Duration.ofSeconds(2)); // warms up
            double[] millis = run(bench, queue, duration);
            return List.of(
                    Measurement.latency(name() + ", p50", Latencies.percentile(millis, 50)),
                    Measurement.latency(name() + ", p95", Latencies.percentile(millis, 95)),
                    Measurement.latency(name() + ", p99", Latencies.percentile(millis, 99)));
        } finally {
            bench.dropQueue(queue);
        }
    }

    private double[] run(Bench bench, String queue, Duration time) throws Exception {
        int count = (int) (rate * time.toMillis() / 1000);
        Latencies latencies = new Latencies(count);
        QueueSender sender = bench.howdah().queues().sender(queue);
        try (QueueWorker worker = bench.howdah()
                .queues()
                .worker(queue)
                .handle(message -> {
                    latencies.add(message.body());
                    return Outcome.done();
                })
                .start()) {
            Pacing.run(rate, count, nr -> sender.send(NewMessage.json(Latencies.body())));
            latencies.awaitAll();
        }
        return latencies.all();
    }
}
