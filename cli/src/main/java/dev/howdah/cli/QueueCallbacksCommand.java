package dev.howdah.cli;

import dev.howdah.queue.QueueInfo;
import dev.howdah.queue.Queues;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.ObjectMapper;

@Command(
        name = "callbacks",
        customSynopsis = {
            "howdah queue callbacks [OPTIONS] [list]",
            "       howdah queue callbacks [OPTIONS] register QUEUE PROCEDURE",
            "       howdah queue callbacks [OPTIONS] unregister QUEUE [PROCEDURE]"
        },
        description = {
            "Shows, registers or unregisters callbacks.",
            "A callback is a procedure that servers call with each message of a queue, in the transaction that reads it: an "
                    + "error in it is a failed reading. A queue has one at most. howdah up calls them; howdah serve does with "
                    + "--callbacks, or where the database has pgpro_queue.callback on. PROBLEM is why one is not called."
        },
        footer = {"", "Example: howdah queue callbacks register pdfs 'make_pdf(jsonb)'"})
final class QueueCallbacksCommand implements Callable<Integer> {

    enum Action {
        list,
        register,
        unregister
    }

    @Mixin
    private QueueDatabase database = new QueueDatabase();

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "ACTION",
            description = "list, register or unregister (default: list).")
    private Action action = Action.list;

    @Parameters(index = "1", arity = "0..1", paramLabel = "QUEUE", description = "Which queue.")
    private Optional<String> queue = Optional.empty();

    @Parameters(
            index = "2",
            arity = "0..1",
            paramLabel = "PROCEDURE",
            description = "The procedure's signature; it takes a jsonb, or an xml.")
    private Optional<String> procedure = Optional.empty();

    @Option(names = "--json", description = "Print the list as one line of JSON.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        if (action == Action.list == queue.isPresent() || action == Action.register && procedure.isEmpty()) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    action
                            + switch (action) {
                                case list -> " takes no queue";
                                case register -> " takes a queue and a procedure";
                                case unregister -> " takes a queue";
                            });
        }
        return database.use(queues -> {
            switch (action) {
                case list -> list(queues.list());
                case register -> register(queues, queue.orElseThrow(), procedure.orElseThrow());
                case unregister -> unregister(queues, queue.orElseThrow());
            }
            return ExitCode.OK;
        });
    }

    private void list(List<QueueInfo> queues) {
        List<QueueInfo> found =
                queues.stream().filter(info -> info.callback().isPresent()).toList();
        if (json) {
            out().println(new ObjectMapper()
                    .writeValueAsString(
                            found.stream().map(QueueCallbacksCommand::asMap).toList()));
        } else if (found.isEmpty()) {
            out().println("No queue has a callback.");
        } else {
            Table table = new Table("QUEUE", "CALLBACK", "PROBLEM");
            found.forEach(info -> table.row(
                    info.name(),
                    PlainText.oneLine(info.callback().orElseThrow()),
                    info.callbackProblem().map(PlainText::oneLine).orElse("-")));
            table.print(out());
        }
    }

    private void register(Queues queues, String name, String signature) {
        queues.registerCallback(name, signature);
        out().println("Servers call " + signature + " with each message of queue " + name + ".");
    }

    private void unregister(Queues queues, String name) {
        String registered = procedure.orElseGet(() -> queues.list().stream()
                .filter(info -> info.name().equals(name))
                .flatMap(info -> info.callback().stream())
                .findFirst()
                .orElseThrow(() -> new CommandFailure(ExitCode.FAILED, "queue \"" + name + "\" has no callback")));
        queues.unregisterCallback(name, registered);
        out().println("Queue " + name + " has no callback any more.");
    }

    private static Map<String, Object> asMap(QueueInfo info) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("queue", info.name());
        info.callback().ifPresent(callback -> map.put("callback", callback));
        info.callbackProblem().ifPresent(problem -> map.put("problem", problem));
        return map;
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }
}
