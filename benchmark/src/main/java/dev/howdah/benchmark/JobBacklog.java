package dev.howdah.benchmark;

import dev.howdah.Howdah;
import dev.howdah.core.Outcome;
import dev.howdah.job.JobSender;
import dev.howdah.job.JobWorker;
import dev.howdah.job.NewJob;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** What a claim costs where very many jobs wait, beside where a thousand do; over a hundred entrypoints. */
final class JobBacklog implements Workload {

    private static final int ENTRYPOINTS = 100;
    private static final int FEW = 1_000;
    private static final Duration WARM_UP = Duration.ofSeconds(5);
    private static final Duration TIME = Duration.ofSeconds(10);

    private final int many;

    JobBacklog(int many) {
        this.many = many;
    }

    @Override
    public String name() {
        return "claim, " + many + " jobs of " + ENTRYPOINTS + " entrypoints";
    }

    @Override
    public List<Measurement> measure(Bench bench) throws Exception {
        double few = claim(bench, FEW);
        double very = claim(bench, many);
        return List.of(new Measurement(name(), very, "ms", FEW + " jobs", few));
    }

    private static double claim(Bench bench, int jobs) throws Exception {
        JobTables.empty(bench);
        JobTables.fill(bench, jobs, ENTRYPOINTS);
        ClaimTimes times = new ClaimTimes(bench.dataSource());
        JobSender sender = bench.howdah().jobs().sender();
        try (Howdah howdah = Howdah.over(times.dataSource(), bench.direct())) {
            JobWorker.Builder builder = howdah.jobs().worker();
            for (int i = 0; i < ENTRYPOINTS; i++) {
                builder.handle("job" + i, job -> {
                    sender.send(NewJob.of(job.entrypoint()).withPayload(job.payload())); // as many wait as before
                    Thread.sleep(5);
                    return Outcome.done();
                });
            }
            try (JobWorker worker = builder.start()) {
                CountDownLatch never = new CountDownLatch(1);
                never.await(WARM_UP.toMillis(), TimeUnit.MILLISECONDS);
                long from = System.nanoTime();
                never.await(TIME.toMillis(), TimeUnit.MILLISECONDS);
                return times.mean(from, System.nanoTime());
            }
        }
    }
}
