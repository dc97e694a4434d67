package dev.howdah.cli;

import dev.howdah.stream.StreamSettings;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "configure",
        description = {"Changes a stream's settings.", "What is not named stays as it is."},
        footer = {"", "Example: howdah stream configure orders --rotation-period 30m"})
final class StreamConfigureCommand implements Callable<Integer> {

    @Mixin
    private StreamDatabase database = new StreamDatabase();

    @Mixin
    private StreamOptions options = new StreamOptions();

    @Parameters(paramLabel = "NAME", description = "Which stream.")
    private String name = "";

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        StreamSettings settings = options.settings()
                .orElseThrow(
                        () -> new CommandFailure(ExitCode.USAGE, "say what to change, as in: --rotation-period 30m"));
        database.use(name, streams -> {
            streams.configure(name, settings);
            return name;
        });
        spec.commandLine().getOut().println("Stream " + name + " is configured.");
        return ExitCode.OK;
    }
}
