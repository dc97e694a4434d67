package dev.howdah.cli;

import dev.howdah.queue.PeekedMessage;
import java.io.PrintWriter;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
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
        name = "peek",
        description = {
            "Shows a queue's next messages and leaves them there.",
            "In the order in which they are read, those that are not due yet last. STATE: ready; reading, by somebody; "
                    + "retry, a failed reading that is about to be counted; waiting, until DUE."
        },
        footer = {"", "Example: howdah queue peek pdfs --max 10"})
final class QueuePeekCommand implements Callable<Integer> {

    private static final int WIDEST = 60;

    @Mixin
    private QueueDatabase database = new QueueDatabase();

    @Parameters(paramLabel = "NAME", description = "Which queue.")
    private String name = "";

    @Option(
            names = "--max",
            paramLabel = "N",
            defaultValue = "100",
            description = "How many (default: ${DEFAULT-VALUE}).")
    private int max;

    @Option(names = "--json", description = "Print them as JSON, one a line, whole.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        if (max < 1) {
            throw new CommandFailure(ExitCode.USAGE, "--max must be 1 or more, got " + max);
        }
        List<PeekedMessage> messages = database.use(queues -> queues.peek(name, max));
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            ObjectMapper mapper = new ObjectMapper();
            messages.forEach(message -> out.println(mapper.writeValueAsString(asMap(message))));
        } else if (messages.isEmpty()) {
            out.println("Queue " + name + " has no messages.");
        } else {
            Table table = new Table(
                    ">ID", "STATE", "DUE", ">PRIORITY", ">ATTEMPTS", ">RETRIES", "SENT", "PROPERTIES", "PAYLOAD");
            messages.forEach(message -> table.row(
                    message.message().id(),
                    state(message),
                    message.due()
                            .map(due -> due.truncatedTo(ChronoUnit.SECONDS).toString())
                            .orElse("-"),
                    message.message().priority(),
                    message.message().attempts(),
                    message.message().retries(),
                    message.message().time().truncatedTo(ChronoUnit.SECONDS),
                    PlainText.oneLine(message.message().properties(), WIDEST),
                    PlainText.oneLine(message.message().body(), WIDEST)));
            table.print(out);
        }
        return ExitCode.OK;
    }

    private static String state(PeekedMessage message) {
        return message.state().name().toLowerCase(Locale.ROOT);
    }

    private static Map<String, Object> asMap(PeekedMessage message) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("state", state(message));
        message.due().ifPresent(due -> map.put("due", due.toString()));
        map.putAll(MessageLines.asMap(message.message()));
        return map;
    }
}
