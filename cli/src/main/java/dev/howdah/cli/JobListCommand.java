package dev.howdah.cli;

import dev.howdah.job.JobInfo;
import dev.howdah.job.JobStatus;
import java.io.PrintWriter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "list",
        description = {"Shows the jobs that are there, the oldest first.", "Those that have ended are in the log alone."
        },
        footer = {"", "Example: howdah job list fetch --status queued"})
final class JobListCommand implements Callable<Integer> {

    @Mixin
    private JobDatabaseOption database = new JobDatabaseOption();

    @Parameters(arity = "0..*", paramLabel = "ENTRYPOINT", description = "Of these alone (default: of all).")
    private List<String> entrypoints = List.of();

    @Option(
            names = "--status",
            split = ",",
            paramLabel = "STATUS",
            description = "queued, picked or failed, or some of them (default: any).")
    private List<JobStatus> statuses = List.of();

    @Option(
            names = "--max",
            paramLabel = "N",
            defaultValue = "100",
            description = "How many at most (default: ${DEFAULT-VALUE}).")
    private int max;

    @Option(names = "--json", description = "Print them as JSON, one job a line, whole.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        List<JobInfo> found = database.use(jobs -> jobs.list(entrypoints, statuses, max));
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            found.forEach(info -> out.println(JobText.json(info, List.of())));
        } else if (found.isEmpty()) {
            out.println("There are no such jobs.");
        } else {
            Table table = new Table(">ID", "ENTRYPOINT", "STATUS", ">PRIORITY", ">ATTEMPTS", "DUE", "PAYLOAD");
            found.forEach(info -> table.row(
                    info.job().id(),
                    JobText.line(info.job().entrypoint()),
                    JobText.status(info.status()),
                    info.job().priority(),
                    info.job().attempts(),
                    info.due().truncatedTo(ChronoUnit.SECONDS),
                    JobText.payload(info.job())));
            table.print(out);
        }
        return ExitCode.OK;
    }
}
