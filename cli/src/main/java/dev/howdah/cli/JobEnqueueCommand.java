package dev.howdah.cli;

import dev.howdah.core.HowdahException;
import dev.howdah.core.PayloadCodec;
import dev.howdah.job.JobEnd;
import dev.howdah.job.JobStatus;
import dev.howdah.job.Jobs;
import dev.howdah.job.NewJob;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "enqueue",
        description = {
            "Sends jobs, all or none.",
            "Each PAYLOAD is a job. Without any, stdin is one, or each of its lines with --lines, which takes millions "
                    + "of them. Prints the jobs' ids, or with --lines how many there were."
        },
        footer = {
            "",
            "Example: howdah job enqueue fetch https://example.org --priority 5 --delay 10s",
            "         howdah job enqueue mail --lines < addresses"
        })
final class JobEnqueueCommand implements Callable<Integer> {

    @Mixin
    private JobDatabaseOption database = new JobDatabaseOption();

    @Parameters(index = "0", paramLabel = "ENTRYPOINT", description = "By which workers choose their jobs.")
    private String entrypoint = "";

    @Parameters(
            index = "1..*",
            paramLabel = "PAYLOAD",
            description = "What the handlers get: any text. After -- it may begin with a dash.")
    private List<String> payloads = List.of();

    @Option(names = "--priority", paramLabel = "N", description = "Higher ones first (default: 0).")
    private int priority;

    @Option(names = "--delay", paramLabel = "DURATION", description = "How long until they are due (default: at once).")
    private Optional<Duration> delay = Optional.empty();

    @Option(
            names = "--at",
            paramLabel = "TIME",
            description = "When they are due, as in 2030-01-01T09:00:00Z or 2030-01-01T09:00:00+01:00.")
    private Optional<String> at = Optional.empty();

    @Option(names = "--expire", paramLabel = "DURATION", description = "Not to be begun after so long.")
    private Optional<Duration> expire = Optional.empty();

    @Option(names = "--headers", paramLabel = "JSON", description = "A JSON object.")
    private Optional<String> headers = Optional.empty();

    @Option(
            names = "--dedupe-key",
            paramLabel = "KEY",
            description = "Refused while another job with this key waits or is at work.")
    private Optional<String> dedupeKey = Optional.empty();

    @Option(names = "--skip-duplicates", description = "Skip a job whose key is taken, instead of refusing all.")
    private boolean skipDuplicates;

    @Option(names = "--lines", description = "Each line of stdin is a job.")
    private boolean lines;

    @Option(names = "--wait", description = "Wait for the end of the jobs; exit code 1 if one does not end well.")
    private boolean wait;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        if (lines && (!payloads.isEmpty() || wait || skipDuplicates)) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "--lines takes jobs from stdin, and goes with no PAYLOAD, --wait or --skip-duplicates");
        }
        if (delay.isPresent() && at.isPresent()) {
            throw new CommandFailure(ExitCode.USAGE, "jobs are due after --delay or --at a time, not both");
        }
        PrintWriter out = spec.commandLine().getOut();
        return database.use(jobs -> {
            if (lines) {
                Iterator<NewJob> all = Stdin.lines().map(this::job).iterator();
                out.println(jobs.sender().load(all).length + " jobs sent");
                return ExitCode.OK;
            }
            List<NewJob> all = payloads.isEmpty()
                    ? List.of(job(Stdin.bytes()))
                    : payloads.stream().map(this::job).toList();
            List<Long> ids = send(jobs, all);
            ids.forEach(out::println);
            out.flush();
            return wait ? ends(jobs, ids) : ExitCode.OK;
        });
    }

    private List<Long> send(Jobs jobs, List<NewJob> all) {
        if (!skipDuplicates) {
            try {
                return jobs.sender().sendAll(all);
            } catch (HowdahException.Duplicate e) {
                throw new CommandFailure(
                        ExitCode.FAILED, "a job with the key " + dedupeKey.orElse("") + " waits or is at work");
            }
        }
        return jobs.sender().sendAllIfAbsent(all).stream()
                .filter(OptionalLong::isPresent)
                .map(OptionalLong::getAsLong)
                .toList();
    }

    private int ends(Jobs jobs, List<Long> ids) {
        int exitCode = ExitCode.OK;
        for (long id : ids) {
            JobEnd end = jobs.end(id).join();
            spec.commandLine().getErr().println("job " + id + ": " + JobText.status(end.status()));
            exitCode = end.status() == JobStatus.SUCCESSFUL ? exitCode : ExitCode.FAILED;
        }
        return exitCode;
    }

    private NewJob job(String payload) {
        return job(PayloadCodec.text().encode(payload));
    }

    private NewJob job(byte[] payload) {
        NewJob job = NewJob.of(entrypoint).withPayload(payload).withPriority(priority);
        job = delay.isPresent() ? job.withDelay(delay.get()) : job;
        job = at.isPresent() ? job.withRunAt(time(at.get())) : job;
        job = expire.isPresent() ? job.withExpiry(expire.get()) : job;
        job = headers.isPresent() ? job.withHeaders(headers.get()) : job;
        return dedupeKey.isPresent() ? job.withDedupeKey(dedupeKey.get()) : job;
    }

    private static Instant time(String text) {
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeParseException e) {
            throw new CommandFailure(
                    ExitCode.USAGE, "'" + text + "' is not a time (write 2030-01-01T09:00:00Z or with +01:00)");
        }
    }
}
