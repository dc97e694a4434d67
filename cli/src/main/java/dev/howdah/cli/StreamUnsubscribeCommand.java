package dev.howdah.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "unsubscribe",
        description = {
            "Removes a consumer from a stream.",
            "Nothing waits for it any more; the events that it has put off go with it, its dead letters stay."
        },
        footer = {"", "Example: howdah stream unsubscribe orders billing"})
final class StreamUnsubscribeCommand implements Callable<Integer> {

    @Mixin
    private StreamDatabase database = new StreamDatabase();

    @Parameters(index = "0", paramLabel = "NAME", description = "Which stream.")
    private String name = "";

    @Parameters(index = "1", paramLabel = "CONSUMER", description = "Which of its consumers.")
    private String consumer = "";

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        database.use(name, streams -> {
            if (!streams.unsubscribe(name, consumer)) {
                StreamDatabase.checkExists(streams, name);
                throw new CommandFailure(ExitCode.FAILED, "stream " + name + " has no consumer " + consumer);
            }
            return name;
        });
        spec.commandLine().getOut().println("Consumer " + consumer + " reads " + name + " no more.");
        return ExitCode.OK;
    }
}
