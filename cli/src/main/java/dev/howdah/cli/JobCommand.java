package dev.howdah.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
        name = "job",
        description = {
            "Sends jobs and looks after them.",
            "A job waits under its entrypoint until a worker takes it; howdah work is one. What became of it is in its log."
        },
        subcommands = {
            JobEnqueueCommand.class,
            JobListCommand.class,
            JobShowCommand.class,
            JobCancelCommand.class,
            JobRequeueCommand.class,
            JobFailedCommand.class,
            JobSchedulesCommand.class,
            JobStatsCommand.class,
            JobPruneCommand.class
        },
        footer = {
            "",
            "Example, while howdah up runs:",
            "  howdah job enqueue fetch hello --delay 10s",
            "  howdah job list",
            "  howdah work fetch -- cat                    # works it",
            "  howdah job show 1                           # its history"
        })
final class JobCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }
}
