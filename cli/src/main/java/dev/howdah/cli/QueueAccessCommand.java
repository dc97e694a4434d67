package dev.howdah.cli;

import dev.howdah.queue.Queues;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Who may use a queue or an exchange. */
abstract class QueueAccessCommand implements Callable<Integer> {

    @Mixin
    private QueueDatabase database = new QueueDatabase();

    @Parameters(index = "0", paramLabel = "NAME", description = "Which queue.")
    private String name = "";

    @Parameters(index = "1", paramLabel = "ROLE", description = "Which role of the database.")
    private String role = "";

    @Option(names = "--exchange", description = "NAME is an exchange, to publish through.")
    private boolean exchange;

    @Spec
    private CommandSpec spec;

    abstract void onQueue(Queues queues, String name, String role);

    abstract void onExchange(Queues queues, String name, String role);

    abstract String told(String name, String role);

    @Override
    public Integer call() throws Exception {
        database.use(queues -> {
            if (exchange) {
                onExchange(queues, name, role);
            } else {
                onQueue(queues, name, role);
            }
            return name;
        });
        spec.commandLine().getOut().println(told((exchange ? "exchange " : "queue ") + name, role));
        return ExitCode.OK;
    }

    @Command(
            name = "grant",
            description = {"Lets a role use a queue: send to it and read it.", "Only its owner may say so."},
            footer = {"", "Example: howdah queue grant pdfs worker"})
    static final class Grant extends QueueAccessCommand {
        @Override
        void onQueue(Queues queues, String name, String role) {
            queues.grantAccess(name, role);
        }

        @Override
        void onExchange(Queues queues, String name, String role) {
            queues.exchanges().grantAccess(name, role);
        }

        @Override
        String told(String name, String role) {
            return "Role " + role + " may use " + name + ".";
        }
    }

    @Command(
            name = "revoke",
            description = {"Lets a role use a queue no longer.", "Only its owner may say so."},
            footer = {"", "Example: howdah queue revoke pdfs worker"})
    static final class Revoke extends QueueAccessCommand {
        @Override
        void onQueue(Queues queues, String name, String role) {
            queues.revokeAccess(name, role);
        }

        @Override
        void onExchange(Queues queues, String name, String role) {
            queues.exchanges().revokeAccess(name, role);
        }

        @Override
        String told(String name, String role) {
            return "Role " + role + " may not use " + name + " any more.";
        }
    }
}
