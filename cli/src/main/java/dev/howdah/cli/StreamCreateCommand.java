package dev.howdah.cli;

import dev.howdah.stream.StreamSettings;
import dev.howdah.stream.Streams;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "create",
        description = {"Makes a stream.", "One that is there already stays as it is."},
        footer = {"", "Example: howdah stream create orders --max-retries 10"})
final class StreamCreateCommand implements Callable<Integer> {

    @Mixin
    private StreamDatabase database = new StreamDatabase();

    @Mixin
    private StreamOptions options = new StreamOptions();

    @Parameters(paramLabel = "NAME", description = "What it is called: 1 to 57 bytes.")
    private String name = "";

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        boolean created = database.use(streams -> create(streams, options.settings()));
        spec.commandLine()
                .getOut()
                .println(
                        created
                                ? "Stream " + name + " is made."
                                : "Stream " + name + " is there already; nothing was changed.");
        return ExitCode.OK;
    }

    /** With all its settings, or not at all. */
    private boolean create(Streams streams, Optional<StreamSettings> settings) {
        boolean created = streams.create(name);
        if (created && settings.isPresent()) {
            try {
                streams.configure(name, settings.get());
            } catch (RuntimeException e) {
                streams.drop(name, false);
                throw e;
            }
        }
        return created;
    }
}
