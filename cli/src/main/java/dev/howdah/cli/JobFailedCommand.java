package dev.howdah.cli;

import dev.howdah.job.JobInfo;
import java.io.PrintWriter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "failed",
        description = {"Shows the jobs that failed and are held, the newest first, or deletes some."},
        footer = {"", "Example: howdah job failed", "         howdah job failed --delete 17,18"})
final class JobFailedCommand implements Callable<Integer> {

    @Mixin
    private JobDatabaseOption database = new JobDatabaseOption();

    @Option(names = "--delete", split = ",", paramLabel = "ID", description = "Delete these for good.")
    private List<Long> delete = List.of();

    @Option(
            names = "--max",
            paramLabel = "N",
            defaultValue = "100",
            description = "How many to show (default: ${DEFAULT-VALUE}).")
    private int max;

    @Option(names = "--json", description = "Print them as JSON, one job a line, whole.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        return database.use(jobs -> {
            if (!delete.isEmpty()) {
                return JobIds.report(spec, delete, jobs.failed().delete(delete), "deleted", "is not held");
            }
            print(jobs.failed().list(max));
            return ExitCode.OK;
        });
    }

    private void print(List<JobInfo> failed) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            failed.forEach(info -> out.println(JobText.json(info, List.of())));
        } else if (failed.isEmpty()) {
            out.println("No job is held.");
        } else {
            Table table = new Table(">ID", "ENTRYPOINT", "FAILED", ">ATTEMPTS", "REASON", "PAYLOAD");
            failed.forEach(info -> table.row(
                    info.job().id(),
                    JobText.line(info.job().entrypoint()),
                    info.updated().truncatedTo(ChronoUnit.SECONDS),
                    info.job().attempts(),
                    JobText.line(info.lastError()),
                    JobText.payload(info.job())));
            table.print(out);
        }
    }
}
