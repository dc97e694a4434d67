package dev.howdah.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
        name = "stream",
        description = {
            "Makes, writes and reads streams.",
            "A stream is a log of events. Any number of consumers read it: each gets every event that is sent after it "
                    + "was registered, in order, and reads on where it stopped. What all have read is removed by itself."
        },
        subcommands = {
            StreamCreateCommand.class,
            StreamConfigureCommand.class,
            StreamListCommand.class,
            StreamSendCommand.class,
            StreamConsumeCommand.class,
            StreamConsumersCommand.class,
            StreamUnsubscribeCommand.class,
            StreamDeadLettersCommand.class,
            StreamDropCommand.class
        },
        footer = {
            "",
            "Example, while howdah up runs:",
            "  howdah stream create orders",
            "  howdah stream consume orders me --follow    # prints what is sent from now on",
            "  howdah stream send orders hello             # in another terminal"
        })
final class StreamCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }
}
