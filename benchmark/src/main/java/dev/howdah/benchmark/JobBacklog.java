package dev.howdah.benchmark;

import dev.howdah.Howdah;
import dev.howdah.core.Outcome;
import dev.howdah.job.JobSender;
import dev.howdah.job.JobWorker;
import dev.howdah.job.NewJob;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;

/** What a claim costs where very many jobs wait, beside where a thousand do; over a hundred entrypoints. */
final class JobBacklog implements Workload {

    private static final int ENTRYPOINTS = 100;
    private static final int FEW = 1_000;
    /** So many handlers at a time work so many jobs a second. */
    private static final int HANDLERS = 10;

    private static final int RATE = 1_000;

    private final int many;
    private final Duration time;

    JobBacklog(int many, Duration time) {
        this.many = many;
        this.time = time;
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

    private double claim(Bench bench, int jobs) throws Exception {
        JobTables.empty(bench);
        JobTables.fill(bench, jobs, ENTRYPOINTS);
        ClaimTimes times = new ClaimTimes(bench.dataSource());
        JobSender sender = bench.howdah().jobs().sender();
        Semaphore turns = new Semaphore(0);
        try (Howdah howdah = Howdah.over(times.dataSource(), bench.direct())) {
            JobWorker.Builder builder = howdah.jobs().worker().concurrency(HANDLERS);
            for (int i = 0; i < ENTRYPOINTS; i++) {
                builder.handle("job" + i, job -> {
                    turns.acquire();
                    sender.send(NewJob.of(job.entrypoint()).withPayload(job.payload())); // as many wait as before
                    return Outcome.done();
                });
            }
            try (JobWorker worker = builder.start()) {
                int count = (int) (RATE * time.toMillis() / 1000);
                Pacing.run(RATE, count / 2, nr -> turns.release()); // warms up
                long from = System.nanoTime();
                Pacing.run(RATE, count, nr -> turns.release());
                long to = System.nanoTime();
                turns.release(Integer.MAX_VALUE / 2);
                return times.mean(from, to);
            }
        }
    }
}
