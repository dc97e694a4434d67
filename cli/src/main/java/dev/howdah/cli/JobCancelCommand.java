package dev.howdah.cli;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "cancel",
        description = {"Cancels jobs that wait or are at work.", "A handler at work is told at once."},
        footer = {"", "Example: howdah job cancel 17 18"})
final class JobCancelCommand implements Callable<Integer> {

    @Mixin
    private JobDatabaseOption database = new JobDatabaseOption();

    @Parameters(arity = "1..*", paramLabel = "ID", description = "Which jobs.")
    private List<Long> ids = List.of();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        List<Long> canceled = database.use(jobs -> jobs.cancel(ids));
        return JobIds.report(spec, ids, canceled, "canceled", "neither waits nor is at work");
    }
}
