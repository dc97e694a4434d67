package dev.howdah.benchmark;

import dev.howdah.Howdah;
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
    private final boolean isSentElsewhere;

    /** @param isSentElsewhere as by another process, which knows nothing of the worker; else by the worker's own */
    JobLatency(int rate, Duration duration, boolean isSentElsewhere) {
        this.rate = rate;
        this.duration = duration;
        this.isSentElsewhere = isSentElsewhere;
    }

    @Override
    public String name() {
        return "latency at " + rate + "/s" + (isSentElsewhere ? ", sent elsewhere" : "");
    }

    @Override
    public List<Measurement> measure(Bench bench) throws Exception {
        run(bench, Latencies.WARM_UP_RATE, Latencies.warmUp(duration));
        List<Measurement> commits = CommitLatency.measure(bench, rate, duration.dividedBy(2));
        return Measurement.against(run(bench, rate, duration).measurements(name()), commits);
    }

    private Latencies run(Bench bench, int rate, Duration time) throws Exception {
        int count = (int) (rate * time.toMillis() / 1000);
        Latencies latencies = new Latencies(count);
        try (Howdah elsewhere = Howdah.over(bench.dataSource(), bench.direct());
                JobWorker worker = bench.howdah()
                        .jobs()
                        .worker()
                        .handle("latency", job -> {
                            latencies.add(job.text());
                            return Outcome.done();
                        })
                        .start()) {
            worker.awaitNothingDue();
            JobSender sender =
                    (isSentElsewhere ? elsewhere : bench.howdah()).jobs().sender();
            Pacing.run(rate, count, nr -> sender.send(NewJob.of("latency").withPayload(Latencies.body())));
            latencies.awaitAll();
        }
        return latencies;
    }
}
