package dev.howdah.cli;

import dev.howdah.Howdah;
import dev.howdah.core.Outcome;
import dev.howdah.job.JobEvent;
import dev.howdah.job.JobWorker;
import dev.howdah.job.NewJob;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Sends a job through the server's own connections, works it, and shows its way as the log has it. */
final class JobDemo {

    private static final String ENTRYPOINT = "howdah_demo";

    private final Howdah howdah;

    JobDemo(Howdah howdah) {
        this.howdah = howdah;
    }

    void run(PrintWriter out) throws InterruptedException {
        CompletableFuture<String> handled = new CompletableFuture<>();
        JobWorker worker = howdah.jobs()
                .worker()
                .handle(ENTRYPOINT, job -> {
                    handled.complete(job.text());
                    return Outcome.done();
                })
                .start();
        long id;
        double millis;
        try (worker) {
            worker.awaitNothingDue();
            long start = System.nanoTime();
            id = howdah.jobs().sender().send(NewJob.of(ENTRYPOINT).withPayload("hello"));
            String payload = handled.get(10, TimeUnit.SECONDS);
            millis = (System.nanoTime() - start) / 1e6;
            out.printf(
                    "%nThe way of a job: %d was sent, and its handler had \"%s\" after %.1f ms%n", id, payload, millis);
        } catch (ExecutionException | TimeoutException e) {
            throw new CommandFailure(ExitCode.FAILED, "the demo's job was not handled within 10 s");
        }
        printWay(id, out);
    }

    private void printWay(long id, PrintWriter out) {
        List<JobEvent> way = howdah.jobs().history(id);
        for (JobEvent event : way) {
            double millis = Duration.between(way.get(0).time(), event.time()).toNanos() / 1e6;
            out.printf("  %-10s  +%.1f ms%n", JobText.status(event.status()), millis);
        }
    }
}
