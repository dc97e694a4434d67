package dev.howdah.cli;

import com.zaxxer.hikari.HikariDataSource;
import dev.howdah.Howdah;
import dev.howdah.core.Backoff;
import dev.howdah.core.Outcome;
import dev.howdah.job.HandlerOptions;
import dev.howdah.job.JobHandler;
import dev.howdah.job.JobWorker;
import dev.howdah.job.RetryPolicy;
import dev.howdah.server.DatabaseUrl;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "work",
        customSynopsis = "howdah work [OPTIONS] ENTRYPOINT... -- COMMAND [ARGUMENT...]",
        description = {
            "Works jobs with a command in any language.",
            "It is run once for each job. The payload is on its stdin; its environment has HOWDAH_JOB_ID, _ENTRYPOINT, "
                    + "_PRIORITY, _ATTEMPTS, _CREATED, _DEDUPE_KEY, _HEADERS (JSON) and each header as "
                    + "HOWDAH_HEADER_NAME. Exit code 0: done. 75: try again later. Any other: failed. "
                    + "Ctrl-C lets the jobs under way come to their end."
        },
        footer = {"", "Example: howdah work fetch -- cat"})
final class WorkCommand implements Callable<Integer> {

    private static final Duration LONGEST_BACKOFF = Duration.ofMinutes(5);
    private static final Pattern RATE = Pattern.compile("(\\d{1,9})/(.+)");

    @Mixin
    private DatabaseOption database = new DatabaseOption();

    @Parameters(arity = "1..*", paramLabel = "ENTRYPOINT", description = "Which jobs to work.")
    private List<String> entrypoints = List.of();

    @Option(
            names = "--concurrency",
            paramLabel = "N",
            defaultValue = "1",
            description = "How many jobs at a time (default: ${DEFAULT-VALUE}).")
    private int concurrency;

    @Option(
            names = "--heartbeat-timeout",
            paramLabel = "SECONDS",
            defaultValue = "30",
            description = "How long a worker may be silent about a job before another takes it over; the same for all "
                    + "workers of an entrypoint (default: ${DEFAULT-VALUE}).")
    private int heartbeatSeconds;

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "How many jobs of each entrypoint at a time in the whole fleet, if all its workers say so "
                    + "(default: any number).")
    private Optional<Integer> limit = Optional.empty();

    @Option(
            names = "--rate",
            paramLabel = "N/DURATION",
            description = "How many jobs of each entrypoint are begun in a period in the whole fleet, as in 100/1m "
                    + "(default: any number).")
    private Optional<String> rate = Optional.empty();

    @Option(
            names = "--timeout",
            paramLabel = "DURATION",
            description =
                    "How long the command may take; then it is ended, and the job has failed (default: any time).")
    private Optional<Duration> timeout = Optional.empty();

    @Option(
            names = "--retries",
            paramLabel = "N",
            defaultValue = "0",
            description = "How many times a job that failed is tried again (default: ${DEFAULT-VALUE}).")
    private int retries;

    @Option(
            names = "--backoff",
            paramLabel = "DURATION",
            defaultValue = "1s",
            description = "How long before the first retry, then twice as long each, at most five minutes or this "
                    + "(default: ${DEFAULT-VALUE}).")
    private Duration backoff = Duration.ofSeconds(1);

    @Option(names = "--hold", description = "Hold jobs that failed for a person to look at, instead of deleting them.")
    private boolean hold;

    @Option(names = "--until-empty", description = "End when no job is due, instead of waiting for more.")
    private boolean untilEmpty;

    @Option(
            names = "--drain",
            paramLabel = "SECONDS",
            defaultValue = "30",
            description = "How long jobs under way may go on at the end (default: ${DEFAULT-VALUE}).")
    private int drainSeconds;

    @Option(names = "--quiet", description = "Don't say how each job went.")
    private boolean quiet;

    @Spec
    private CommandSpec spec;

    private final List<String> command;

    /** @param command what stood after {@code --} */
    WorkCommand(List<String> command) {
        this.command = command;
    }

    @Override
    public Integer call() throws InterruptedException {
        CommandRunner.check(command, "howdah work fetch -- cat");
        DatabaseUrl url = database.database();
        HandlerOptions options = options();
        JobHandler handler = quiet ? runner() : reported(runner());
        try (Lifetime lifetime = Lifetime.begin()) {
            HikariDataSource pool = lifetime.add(url.pool("howdah work", 5));
            Howdah howdah = lifetime.add(Howdah.over(pool, url.dataSource("howdah work")));
            if (!howdah.jobs().isInstalled()) {
                throw new CommandFailure(
                        ExitCode.FAILED, "there are no jobs in this database: run howdah install first");
            }
            JobWorker.Builder builder = howdah.jobs()
                    .worker()
                    .concurrency(concurrency)
                    .retry(retryPolicy())
                    .onFailure(hold ? JobWorker.OnFailure.HOLD : JobWorker.OnFailure.DELETE)
                    .heartbeatTimeout(Duration.ofSeconds(heartbeatSeconds))
                    .drainTimeout(Duration.ofSeconds(drainSeconds));
            entrypoints.forEach(entrypoint -> builder.handle(entrypoint, handler, options));
            JobWorker worker = lifetime.add(builder.start());
            if (untilEmpty) {
                worker.awaitNothingDue();
            } else {
                lifetime.awaitSignal();
            }
            return ExitCode.OK;
        }
    }

    private RetryPolicy retryPolicy() {
        Duration longest = backoff.compareTo(LONGEST_BACKOFF) > 0 ? backoff : LONGEST_BACKOFF;
        return new RetryPolicy(retries, new Backoff(backoff, longest));
    }

    private HandlerOptions options() {
        HandlerOptions options = HandlerOptions.defaults();
        options = limit.isPresent() ? options.withLimit(limit.get()) : options;
        options = timeout.isPresent() ? options.withTimeout(timeout.get()) : options;
        return rate.isPresent() ? withRate(options, rate.get()) : options;
    }

    private static HandlerOptions withRate(HandlerOptions options, String rate) {
        Matcher parts = RATE.matcher(rate);
        if (!parts.matches()) {
            throw new CommandFailure(ExitCode.USAGE, "'" + rate + "' is not a rate (write 100/1m)");
        }
        return options.withRate(Integer.parseInt(parts.group(1)), new DurationText().convert(parts.group(2)));
    }

    private JobHandler runner() {
        CommandRunner runner = new CommandRunner(command, System.out, System.err);
        return job -> runner.run(
                CommandEnvironment.of(job),
                job.payload(),
                () -> RetryPolicy.standard().backoff().after(job.attempts() + 1));
    }

    /** The same with a line on stderr for each job. */
    private JobHandler reported(JobHandler handler) {
        PrintWriter err = spec.commandLine().getErr();
        return job -> {
            long start = System.nanoTime();
            String end = "failed";
            try {
                Outcome outcome = handler.handle(job);
                end = outcome.fold(
                        done -> "done", retry -> "again in " + retry.after().toSeconds() + " s", dead -> "dead");
                return outcome;
            } catch (CommandFailed e) {
                end = "failed, " + e.getMessage();
                throw e;
            } catch (InterruptedException e) {
                end = "broken off";
                throw e;
            } finally {
                err.printf(
                        "job %d %s: %s, %d ms%n",
                        job.id(), job.entrypoint(), end, (System.nanoTime() - start) / 1_000_000);
                err.flush();
            }
        };
    }
}
