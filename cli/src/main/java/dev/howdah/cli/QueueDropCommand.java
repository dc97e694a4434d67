package dev.howdah.cli;

import dev.howdah.queue.QueueInfo;
import dev.howdah.queue.Queues;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "drop",
        description = {
            "Removes a queue with its messages and bindings.",
            "Refuses while it has messages, dead ones included, unless forced."
        },
        footer = {"", "Example: howdah queue drop pdfs"})
final class QueueDropCommand implements Callable<Integer> {

    @Mixin
    private QueueDatabase database = new QueueDatabase();

    @Parameters(paramLabel = "NAME", description = "Which queue.")
    private String name = "";

    @Option(names = "--force", description = "Remove its messages with it.")
    private boolean force;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        database.use(this::drop);
        spec.commandLine().getOut().println("Queue " + name + " is gone.");
        return ExitCode.OK;
    }

    private String drop(Queues queues) {
        if (!force) {
            queues.list().stream()
                    .filter(queue -> queue.name().equals(name))
                    .filter(queue -> messages(queue) > 0)
                    .findFirst()
                    .ifPresent(queue -> {
                        throw new CommandFailure(
                                ExitCode.FAILED,
                                "queue " + name + " has " + messages(queue) + " messages; --force removes them too");
                    });
        }
        queues.drop(name);
        return name;
    }

    private static long messages(QueueInfo queue) {
        return queue.ready() + queue.waiting() + queue.dead();
    }
}
