package dev.howdah.benchmark;

import dev.howdah.Howdah;
import dev.howdah.core.Outcome;
import dev.howdah.job.JobSender;
import dev.howdah.job.JobWorker;
import dev.howdah.job.NewJob;
import java.sql.Connection;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Jobs come and go while a snapshot is held: what a claim costs at the end, beside what it cost at the beginning. */
final class JobsUnderHeldSnapshot implements Workload {

    private static final Duration LONGEST_WARM_UP = Duration.ofSeconds(3);

    private final int rate;
    private final Duration held;

    JobsUnderHeldSnapshot(int rate, Duration held) {
        this.rate = rate;
        this.held = held;
    }

    @Override
    public String name() {
        return "claim at " + rate + "/s, snapshot held " + held.toSeconds() + " s";
    }

    @Override
    public List<Measurement> measure(Bench bench) throws Exception {
        ClaimTimes times = new ClaimTimes(bench.dataSource());
        long part = held.dividedBy(6).toNanos();
        run(bench, times, Collections.min(List.of(held, LONGEST_WARM_UP)));
        try (Connection snapshot = bench.heldSnapshot()) {
            long start = System.nanoTime();
            run(bench, times, held);
            long end = start + held.toNanos();
            snapshot.rollback();
            return List.of(new Measurement(
                    name() + ", last sixth",
                    times.mean(end - part, end),
                    "ms",
                    "first sixth",
                    times.mean(start, start + part)));
        }
    }

    private void run(Bench bench, ClaimTimes times, Duration time) throws Exception {
        int count = (int) (rate * time.toMillis() / 1000);
        CountDownLatch left = new CountDownLatch(count);
        try (Howdah howdah = Howdah.over(times.dataSource(), bench.direct());
                JobWorker worker = howdah.jobs()
                        .worker()
                        .handle("held", job -> {
                            left.countDown();
                            return Outcome.done();
                        })
                        .start()) {
            JobSender sender = bench.howdah().jobs().sender();
            Pacing.run(rate, count, nr -> sender.send(NewJob.of("held").withPayload(Bench.PAYLOAD)));
            if (!left.await(1, TimeUnit.MINUTES)) {
                throw new IllegalStateException(left.getCount() + " jobs did not come");
            }
        }
    }
}
