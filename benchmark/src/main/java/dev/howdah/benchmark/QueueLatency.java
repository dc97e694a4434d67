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
            run(bench, queue, Latencies.WARM_UP_RATE, Latencies.warmUp(duration));
            return run(bench, queue, rate, duration).measurements(name());
        } finally {
            bench.dropQueue(queue);
        }
    }

    private static Latencies run(Bench bench, String queue, int rate, Duration time) throws Exception {
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
        return latencies;
    }
}
