package dev.howdah.cli;

import dev.howdah.stream.DeadLetter;
import dev.howdah.stream.DeadLetters;
import java.io.PrintWriter;
import java.time.Duration;
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

@Command(
        name = "dead-letters",
        customSynopsis = {
            "howdah stream dead-letters [OPTIONS] NAME [list]",
            "       howdah stream dead-letters [OPTIONS] NAME replay (ID... | --all)",
            "       howdah stream dead-letters [OPTIONS] NAME purge [--older-than DURATION]"
        },
        description = {
            "Shows, sends again or removes what consumers have given up.",
            "list: with the reason, the newest first. replay: sends it to the consumer that gave it up, as a new event. "
                    + "purge: removes what is older."
        },
        footer = {"", "Example: howdah stream dead-letters orders replay 17"})
final class StreamDeadLettersCommand implements Callable<Integer> {

    private static final int WIDEST = 60;

    enum Action {
        list,
        replay,
        purge
    }

    @Mixin
    private StreamDatabase database = new StreamDatabase();

    @Parameters(index = "0", paramLabel = "NAME", description = "Which stream.")
    private String name = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "ACTION",
            description = "list, replay or purge (default: list).")
    private Action action = Action.list;

    @Parameters(
            index = "2..*",
            paramLabel = "ID",
            description = "Which dead letters to replay, by the ID that list shows.")
    private List<Long> ids = List.of();

    @Option(names = "--all", description = "Replay all of them.")
    private boolean all;

    @Option(
            names = "--older-than",
            paramLabel = "DURATION",
            defaultValue = "30d",
            description = "Purge what is older (default: ${DEFAULT-VALUE}).")
    private Duration olderThan = Duration.ofDays(30);

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
        if (action == Action.replay && ids.isEmpty() != all) {
            throw new CommandFailure(ExitCode.USAGE, "say which dead letters to replay, by their IDs or with --all");
        } else if (action != Action.replay && (all || !ids.isEmpty())) {
            throw new CommandFailure(ExitCode.USAGE, "IDs and --all are for replay");
        }
        return database.use(name, streams -> {
            DeadLetters deadLetters = streams.deadLetters(name);
            return switch (action) {
                case list -> list(deadLetters);
                case replay -> all ? replayAll(deadLetters) : replay(deadLetters);
                case purge -> {
                    out().println(deadLetters.purge(olderThan) + " dead letters removed");
                    yield ExitCode.OK;
                }
            };
        });
    }

    private int list(DeadLetters deadLetters) {
        List<DeadLetter> found = deadLetters.list(max);
        if (json) {
            ObjectMapper mapper = new ObjectMapper();
            found.forEach(letter -> out().println(mapper.writeValueAsString(asMap(letter))));
        } else if (found.isEmpty()) {
            out().println("Stream " + name + " has no dead letters.");
        } else {
            Table table = new Table(">ID", "CONSUMER", "GIVEN UP", ">RETRIES", "TYPE", "REASON", "DATA");
            found.forEach(letter -> table.row(
                    letter.id(),
                    letter.consumer(),
                    letter.time().truncatedTo(ChronoUnit.SECONDS),
                    letter.event().retry(),
                    PlainText.oneLine(letter.event().type(), WIDEST),
                    PlainText.oneLine(letter.reason(), WIDEST),
                    PlainText.oneLine(letter.event().data(), WIDEST)));
            table.print(out());
        }
        return ExitCode.OK;
    }

    private int replay(DeadLetters deadLetters) {
        ids.forEach(id -> out().println("dead letter " + id + " is sent again, as event " + deadLetters.replay(id)));
        return ExitCode.OK;
    }

    private int replayAll(DeadLetters deadLetters) {
        DeadLetters.Replayed replayed = deadLetters.replayAll();
        out().println(replayed.replayed() + " dead letters are sent again");
        if (replayed.failed() > 0) {
            throw new CommandFailure(
                    ExitCode.FAILED,
                    replayed.failed() + " could not be sent again and stay: "
                            + replayed.firstError().orElse("no reason was given"));
        }
        return ExitCode.OK;
    }

    private static Map<String, Object> asMap(DeadLetter letter) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("id", letter.id());
        map.put("consumer", letter.consumer());
        map.put("time", letter.time().toString());
        if (letter.reason() != null) {
            map.put("reason", letter.reason());
        }
        map.put("event", EventLines.asMap(letter.event()));
        return map;
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }
}
