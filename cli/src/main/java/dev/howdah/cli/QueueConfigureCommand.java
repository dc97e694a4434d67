package dev.howdah.cli;

import dev.howdah.queue.QueueSettings;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "configure",
        description = {
            "Changes a queue's settings.",
            "What is not named stays as it is. For messages sent from now on, the backoff for all from their next failure on."
        },
        footer = {"", "Example: howdah queue configure pdfs --retries 5"})
final class QueueConfigureCommand implements Callable<Integer> {

    @Mixin
    private QueueDatabase database = new QueueDatabase();

    @Mixin
    private QueueOptions options = new QueueOptions();

    @Parameters(paramLabel = "NAME", description = "Which queue.")
    private String name = "";

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        QueueSettings settings = options.settings()
                .orElseThrow(() -> new CommandFailure(ExitCode.USAGE, "say what to change, as in: --retries 5"));
        database.use(queues -> {
            queues.configure(name, settings);
            return name;
        });
        spec.commandLine().getOut().println("Queue " + name + " is configured.");
        return ExitCode.OK;
    }
}
