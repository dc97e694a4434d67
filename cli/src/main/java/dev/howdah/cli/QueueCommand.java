package dev.howdah.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
        name = "queue",
        description = {
            "Makes, writes and reads queues.",
            "A queue hands each message to one reader, in that reader's own transaction: gone when it commits, back when it "
                    + "fails, one retry fewer; out of retries it is a dead letter. Exchanges hand a message to many queues."
        },
        subcommands = {
            QueueCreateCommand.class,
            QueueConfigureCommand.class,
            QueueListCommand.class,
            QueueSendCommand.class,
            QueuePeekCommand.class,
            QueueDeadLettersCommand.class,
            QueueExchangesCommand.class,
            QueueBindingsCommand.class,
            QueuePublishCommand.class,
            QueueCallbacksCommand.class,
            QueueAccessCommand.Grant.class,
            QueueAccessCommand.Revoke.class,
            QueueDropCommand.class
        },
        footer = {
            "",
            "Example, while howdah up runs:",
            "  howdah queue create pdfs",
            "  howdah queue send pdfs '{\"order\": 1}'",
            "  howdah queue read pdfs                      # prints it, and removes it",
            "  howdah queue read pdfs --follow -- cat      # hands what comes to a command"
        })
final class QueueCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }
}
