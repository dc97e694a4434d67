package dev.howdah.benchmark;

import dev.howdah.core.Outcome;
import dev.howdah.stream.NewEvent;
import dev.howdah.stream.StreamConsumer;
import dev.howdah.stream.StreamSender;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** From before the send to the handler, at a steady rate. */
final class DeliveryLatency implements Workload {

    /** Until the JVM has compiled what a day's events go through. */
    private static final Duration WARM_UP = Duration.ofSeconds(8);

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
            run(bench, stream, 1_000, WARM_UP);
            double[] millis = run(bench, stream, rate, duration);
            return List.of(
                    Measurement.latency(name + ", p50", Latencies.percentile(millis, 50)),
                    Measurement.latency(name + ", p95", Latencies.percentile(millis, 95)),
                    Measurement.latency(name + ", p99", Latencies.percentile(millis, 99)));
        } finally {
            bench.dropStream(stream);
        }
    }

    private static double[] run(Bench bench, String stream, int rate, Duration time) throws Exception {
        int count = (int) (rate * time.toMillis() / 1000);
        double[] millis = new double[count];
        CountDownLatch left = new CountDownLatch(count);
        AtomicInteger handled = new AtomicInteger();
        StreamSender sender = bench.howdah().streams().sender(stream);
        try (StreamConsumer consumer = bench.howdah()
                .streams()
                .consumer(stream, "latency")
                .handle(event -> {
                    long sent = Long.parseLong(String.valueOf(event.extra2()));
                    millis[handled.getAndIncrement()] = (System.nanoTime() - sent) / 1e6;
                    left.countDown();
                    return Outcome.done();
                })
                .start()) {
            Pacing.run(
                    rate,
                    count,
                    nr -> sender.send(
                            NewEvent.of("bench", Bench.PAYLOAD).withExtra2(Long.toString(System.nanoTime()))));
            if (!left.await(1, TimeUnit.MINUTES)) {
                throw new IllegalStateException(left.getCount() + " events did not come");
            }
        }
        Arrays.sort(millis);
        return millis;
    }
}
