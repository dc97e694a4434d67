package dev.howdah.benchmark;

import dev.howdah.core.Outcome;
import dev.howdah.stream.NewEvent;
import dev.howdah.stream.StreamConsumer;
import dev.howdah.stream.StreamSender;
import java.time.Duration;
import java.util.List;

/** From before the send to the handler, at a steady rate. */
final class DeliveryLatency implements Workload {

    private final int rate;
    private final Duration duration;

    DeliveryLatency(int rate, Duration duration) {
        this.rate = rate;
        this.duration = duration;
    }

    @Override
    public String name() {
        return "latency at " + rate + "/s";
    }

    @Override
    public List<Measurement> measure(Bench bench) throws Exception {
        return measure(bench, name());
    }

    List<Measurement> measure(Bench bench, String name) throws Exception {
        String stream = bench.newStream();
        try {
            run(bench, stream, Latencies.WARM_UP_RATE, Latencies.warmUp(duration));
            return run(bench, stream, rate, duration).measurements(name);
        } finally {
            bench.dropStream(stream);
        }
    }

    private static Latencies run(Bench bench, String stream, int rate, Duration time) throws Exception {
        int count = (int) (rate * time.toMillis() / 1000);
        Latencies latencies = new Latencies(count);
        StreamSender sender = bench.howdah().streams().sender(stream);
        try (StreamConsumer consumer = bench.howdah()
                .streams()
                .consumer(stream, "latency")
                .handle(event -> {
                    latencies.add(String.valueOf(event.data()));
                    return Outcome.done();
                })
                .start()) {
            Pacing.run(rate, count, nr -> sender.send(NewEvent.of("bench", Latencies.body())));
            latencies.awaitAll();
        }
        return latencies;
    }
}
