package dev.howdah.cli;

import dev.howdah.stream.NewEvent;
import dev.howdah.stream.StreamSender;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "send",
        description = {
            "Sends events to a stream, all or none.",
            "Each DATA is an event. Without any, stdin is one, or each of its lines with --lines, which takes millions "
                    + "of them. Prints the events' ids, or with --lines how many there were."
        },
        footer = {
            "",
            "Example: howdah stream send orders '{\"order\": 1}' --type created",
            "         howdah stream send orders --lines < orders.jsonl"
        })
final class StreamSendCommand implements Callable<Integer> {

    @Mixin
    private StreamDatabase database = new StreamDatabase();

    @Parameters(index = "0", paramLabel = "NAME", description = "Which stream.")
    private String name = "";

    @Parameters(
            index = "1..*",
            paramLabel = "DATA",
            description = "What the events hold: any text, JSON as a rule. After -- it may begin with a dash.")
    private List<String> data = List.of();

    @Option(
            names = "--type",
            paramLabel = "TYPE",
            defaultValue = NewEvent.DEFAULT_TYPE,
            description = "Their type (default: ${DEFAULT-VALUE}).")
    private String type = NewEvent.DEFAULT_TYPE;

    @Option(names = "--key", paramLabel = "KEY", description = "Their key: events with one key keep their order.")
    private Optional<String> key = Optional.empty();

    @Option(names = "--lines", description = "Each line of stdin is an event.")
    private boolean lines;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        if (lines && !data.isEmpty()) {
            throw new CommandFailure(ExitCode.USAGE, "events come from arguments or from stdin's lines, not from both");
        }
        PrintWriter out = spec.commandLine().getOut();
        database.use(name, streams -> {
            StreamSender sender = streams.sender(name);
            if (lines) {
                out.println(sender.load(Stdin.lines().map(this::event).iterator()) + " events sent");
            } else {
                List<String> all = data.isEmpty() ? List.of(Stdin.text()) : data;
                sender.sendAll(all.stream().map(this::event).toList()).forEach(out::println);
            }
            return name;
        });
        return ExitCode.OK;
    }

    private NewEvent event(String text) {
        NewEvent event = NewEvent.of(type, text);
        return key.map(event::withKey).orElse(event);
    }
}
