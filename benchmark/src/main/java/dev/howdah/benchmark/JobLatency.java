package dev.howdah.benchmark;

import dev.howdah.core.Outcome;
import dev.howdah.job.JobSender;
import dev.howdah.job.JobWorker;
import dev.howdah.job.NewJob;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** From before the send to the handler, at a steady rate; everything with its defaults. */
final class JobLatency implements Workload {

    private static final Duration LONGEST_WARM_UP = Duration.ofSeconds(3);

    private final int rate;
    private final Duration duration;

    JobLatency(int rate, Duration duration) {
        this.rate = rate;
        this.duration = duration;
    }

    @Override
    public String name() {
        return "latency at " + rate + "/s";
    }

    @Override
    public List<Measurement> measure(Bench bench) throws Exception {
        run(bench, Collections.min(List.of(duration, LONGEST_WARM_UP)));
        double[] millis = run(bench, duration);
        return List.of(
                Measurement.latency(name() + ", p50", percentile(millis, 50)),
                Measurement.latency(name() + ", p95", percentile(millis, 95)),
                Measurement.latency(name() + ", p99", percentile(millis, 99)));
    }

    private double[] run(Bench bench, Duration time) throws Exception {
        int count = (int) (rate * time.toMillis() / 1000);
        double[] millis = new double[count];
        CountDownLatch left = new CountDownLatch(count);
        AtomicInteger handled = new AtomicInteger();
        try (JobWorker worker = bench.howdah()
                .jobs()
                .worker()
                .handle("latency", job -> {
                    millis[handled.getAndIncrement()] = (System.nanoTime() - Long.parseLong(job.text())) / 1e6;
                    left.countDown();
                    return Outcome.done();
                })
                .start()) {
            worker.awaitNothingDue();
            JobSender sender = bench.howdah().jobs().sender();
            Pacing.run(
                    rate, count, nr -> sender.send(NewJob.of("latency").withPayload(Long.toString(System.nanoTime()))));
            if (!left.await(1, TimeUnit.MINUTES)) {
                throw new IllegalStateException(left.getCount() + " jobs did not come");
            }
        }
        Arrays.sort(millis);
        return millis;
    }

    static double percentile(double[] sorted, int percent) {
        return sorted[Math.min(sorted.length - 1, sorted.length * percent / 100)];
    }
}
