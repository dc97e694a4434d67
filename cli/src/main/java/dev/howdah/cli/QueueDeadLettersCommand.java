package dev.howdah.cli;

import dev.howdah.queue.DeadLetter;
import dev.howdah.queue.DeadLetters;
import java.io.PrintWriter;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.util.RawValue;

@Command(
        name = "dead-letters",
        customSynopsis = {
            "howdah queue dead-letters [OPTIONS] NAME [list]",
            "       howdah queue dead-letters [OPTIONS] NAME replay (ID... | --all)",
            "       howdah queue dead-letters [OPTIONS] NAME delete (ID... | --all)"
        },
        description = {
            "Shows, puts back or deletes what a queue's readers have given up.",
            "list: with the reason, the oldest first. replay: back into the queue, with its retries."
        },
        footer = {"", "Example: howdah queue dead-letters pdfs replay 17"})
final class QueueDeadLettersCommand implements Callable<Integer> {

    private static final int WIDEST = 60;

    enum Action {
        list,
        replay,
        delete
    }

    @Mixin
    private QueueDatabase database = new QueueDatabase();

    @Parameters(index = "0", paramLabel = "NAME", description = "The queue in which they died.")
    private String name = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "ACTION",
            description = "list, replay or delete (default: list).")
    private Action action = Action.list;

    @Parameters(index = "2..*", paramLabel = "ID", description = "Which ones, by the ID that list shows.")
    private List<Long> ids = List.of();

    @Option(names = "--all", description = "All of them.")
    private boolean all;

    @Option(
            names = "--max",
            paramLabel = "N",
            defaultValue = "100",
            description = "How many to list (default: ${DEFAULT-VALUE}).")
    private int max;

    @Option(names = "--json", description = "Print the list as JSON, one dead letter a line, whole.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        if (action != Action.list && ids.isEmpty() != all) {
            throw new CommandFailure(
                    ExitCode.USAGE, "say which dead letters to " + action + ", by their IDs or with --all");
        } else if (action == Action.list && (all || !ids.isEmpty())) {
            throw new CommandFailure(ExitCode.USAGE, "IDs and --all are for replay and delete");
        }
        return database.use(queues -> {
            DeadLetters deadLetters = queues.deadLetters(name);
            return switch (action) {
                case list -> list(deadLetters);
                case replay -> told(all ? deadLetters.replayAll() : deadLetters.replay(ids), "back in queue " + name);
                case delete -> told(all ? deadLetters.deleteAll() : deadLetters.delete(ids), "deleted");
            };
        });
    }

    private int told(int count, String what) {
        out().println((count == 1 ? "1 dead letter is " : count + " dead letters are ") + what);
        if (count < ids.size()) {
            throw new CommandFailure(
                    ExitCode.FAILED, "the other " + (ids.size() - count) + " are no dead letters of queue " + name);
        }
        return ExitCode.OK;
    }

    private int list(DeadLetters deadLetters) {
        List<DeadLetter> found = deadLetters.list(max);
        if (json) {
            ObjectMapper mapper = new ObjectMapper();
            found.forEach(letter -> out().println(mapper.writeValueAsString(asMap(letter))));
        } else if (found.isEmpty()) {
            out().println("Queue " + name + " has no dead letters.");
        } else {
            Table table = new Table(">ID", "GIVEN UP", ">ATTEMPTS", "IN", "REASON", "PAYLOAD");
            found.forEach(letter -> table.row(
                    letter.id(),
                    letter.time().truncatedTo(ChronoUnit.SECONDS),
                    letter.attempts(),
                    letter.deadLetterQueue().orElse("-"),
                    PlainText.oneLine(letter.reason(), WIDEST),
                    PlainText.oneLine(letter.body(), WIDEST)));
            table.print(out());
        }
        return ExitCode.OK;
    }

    private static Map<String, Object> asMap(DeadLetter letter) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("id", letter.id());
        map.put("time", letter.time().toString());
        map.put("attempts", letter.attempts());
        if (letter.reason() != null) {
            map.put("reason", letter.reason());
        }
        letter.deadLetterQueue().ifPresent(queue -> map.put("dead_letter_queue", queue));
        map.put("priority", letter.priority());
        MessageLines.putBody(map, letter.json(), letter.xml());
        map.put("properties", new RawValue(letter.properties()));
        return map;
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }
}
