package dev.howdah.cli;

import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "prune",
        description = {
            "Removes old rows from the jobs' log.",
            "Only those that are in the statistics already, and whose jobs are no longer there."
        },
        footer = {"", "Example: howdah job prune --older-than 30d"})
final class JobPruneCommand implements Callable<Integer> {

    @Mixin
    private JobDatabaseOption database = new JobDatabaseOption();

    @Option(names = "--older-than", required = true, paramLabel = "DURATION", description = "What is older goes.")
    private Duration olderThan = Duration.ZERO;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        long removed = database.use(jobs -> jobs.prune(olderThan));
        spec.commandLine().getOut().println(removed + " log rows removed");
        return ExitCode.OK;
    }
}
