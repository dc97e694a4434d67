package dev.howdah.benchmark;

import dev.howdah.core.Outcome;
import dev.howdah.job.JobSender;
import dev.howdah.job.JobWorker;
import dev.howdah.job.NewJob;
import java.time.Duration;
import java.util.List;

/** From before the send to the handler, at a steady rate; everything with its defaults. */
final class JobLatency implements Workload {

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
        run(bench, Latencies.WARM_UP_RATE, Latencies.WARM_UP);
        return run(bench, rate, duration).measurements(name());
    }

    private static Latencies run(Bench bench, int rate, Duration time) throws Exception {
        int count = (int) (rate * time.toMillis() / 1000);
        Latencies latencies = new Latencies(count);
        try (JobWorker worker = bench.howdah()
                .jobs()
                .worker()
                .handle("latency", job -> {
                    latencies.add(job.text());
                    return Outcome.done();
                })
                .start()) {
            worker.awaitNothingDue();
            JobSender sender = bench.howdah().jobs().sender();
            Pacing.run(rate, count, nr -> sender.send(NewJob.of("latency").withPayload(Latencies.body())));
            latencies.awaitAll();
        }
        return latencies;
    }
}
