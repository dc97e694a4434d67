package dev.howdah.cli;

import dev.howdah.core.HowdahException;
import dev.howdah.stream.ConsumerInfo;
import dev.howdah.stream.Streams;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "drop",
        description = {"Removes a stream with all its events.", "Refuses while it has consumers, unless forced."},
        footer = {"", "Example: howdah stream drop orders"})
final class StreamDropCommand implements Callable<Integer> {

    @Mixin
    private StreamDatabase database = new StreamDatabase();

    @Parameters(paramLabel = "NAME", description = "Which stream.")
    private String name = "";

    @Option(names = "--force", description = "Remove its consumers with it.")
    private boolean force;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        database.use(name, this::drop);
        spec.commandLine().getOut().println("Stream " + name + " is gone.");
        return ExitCode.OK;
    }

    private String drop(Streams streams) {
        try {
            streams.drop(name, force);
            return name;
        } catch (HowdahException e) {
            List<String> consumers =
                    streams.consumers(name).stream().map(ConsumerInfo::name).toList();
            if (force || consumers.isEmpty()) {
                throw e;
            }
            throw new CommandFailure(
                    ExitCode.FAILED,
                    "stream " + name + " has consumers: " + String.join(", ", consumers)
                            + "; --force removes them too");
        }
    }
}
