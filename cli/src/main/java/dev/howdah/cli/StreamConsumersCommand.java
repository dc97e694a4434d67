package dev.howdah.cli;

import dev.howdah.stream.ConsumerInfo;
import java.io.PrintWriter;
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
        name = "consumers",
        description = {
            "Shows who reads a stream, and how far.",
            "PENDING is about how many events a consumer has still to read, LAG how old the place is that it has read up "
                    + "to, SEEN when it last took or settled a batch, TICK what consume --from takes."
        },
        footer = {"", "Example: howdah stream consumers orders"})
final class StreamConsumersCommand implements Callable<Integer> {

    @Mixin
    private StreamDatabase database = new StreamDatabase();

    @Parameters(paramLabel = "NAME", description = "Which stream.")
    private String name = "";

    @Option(names = "--json", description = "Print them as one line of JSON; times in ms.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        List<ConsumerInfo> consumers = database.use(name, streams -> {
            List<ConsumerInfo> found = streams.consumers(name);
            if (found.isEmpty()) {
                StreamDatabase.checkExists(streams, name);
            }
            return found;
        });
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(new ObjectMapper()
                    .writeValueAsString(consumers.stream()
                            .map(StreamConsumersCommand::asMap)
                            .toList()));
        } else if (consumers.isEmpty()) {
            out.println("Nobody reads stream " + name + " yet.");
        } else {
            Table table = new Table("CONSUMER", ">PENDING", ">LAG", ">SEEN", "BUSY", ">TICK");
            consumers.forEach(consumer -> table.row(
                    consumer.name(),
                    consumer.pending(),
                    DurationText.of(consumer.lag()),
                    DurationText.of(consumer.lastSeen()) + " ago",
                    consumer.busy() ? "yes" : "no",
                    consumer.lastTick()));
            table.print(out);
        }
        return ExitCode.OK;
    }

    private static Map<String, Object> asMap(ConsumerInfo consumer) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("name", consumer.name());
        map.put("pending", consumer.pending());
        map.put("lag_ms", consumer.lag().toMillis());
        map.put("last_seen_ms", consumer.lastSeen().toMillis());
        map.put("busy", consumer.busy());
        map.put("last_tick", consumer.lastTick());
        return map;
    }
}
