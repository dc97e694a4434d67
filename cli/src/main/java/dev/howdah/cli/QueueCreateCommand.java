package dev.howdah.cli;

import dev.howdah.queue.QueueSettings;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "create",
        description = "Makes a queue.",
        footer = {"", "Example: howdah queue create pdfs --retries 3 --retry-delay 10s --backoff 2"})
final class QueueCreateCommand implements Callable<Integer> {

    @Mixin
    private QueueDatabase database = new QueueDatabase();

    @Mixin
    private QueueOptions options = new QueueOptions();

    @Parameters(paramLabel = "NAME", description = "What it is called: up to 54 letters, digits and underscores.")
    private String name = "";

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        database.use(queues -> {
            queues.create(name, options.settings().orElse(QueueSettings.none()));
            return name;
        });
        spec.commandLine().getOut().println("Queue " + name + " is made.");
        return ExitCode.OK;
    }
}
