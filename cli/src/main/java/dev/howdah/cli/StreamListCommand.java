package dev.howdah.cli;

import dev.howdah.stream.StreamInfo;
import dev.howdah.stream.Streams;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.ObjectMapper;

@Command(
        name = "list",
        description = {
            "Shows all streams.",
            "EVENTS/S is over the last half minute, UNTICKED what no consumer can see yet, SIZE what is on disk."
        },
        footer = {"", "Example: howdah stream list"})
final class StreamListCommand implements Callable<Integer> {

    @Mixin
    private StreamDatabase database = new StreamDatabase();

    @Option(names = "--json", description = "Print them as one line of JSON; times in ms.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        List<StreamInfo> streams = database.use(Streams::list);
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(new ObjectMapper()
                    .writeValueAsString(
                            streams.stream().map(StreamListCommand::asMap).toList()));
        } else if (streams.isEmpty()) {
            out.println("There are no streams yet: make one with howdah stream create NAME.");
        } else {
            Table table =
                    new Table("STREAM", ">CONSUMERS", ">EVENTS/S", ">UNTICKED", ">LAST TICK", ">ROTATION", ">SIZE");
            streams.forEach(stream -> table.row(
                    stream.name(),
                    stream.consumers(),
                    "%.1f".formatted(stream.eventsPerSecond()),
                    stream.unticked(),
                    DurationText.of(stream.lastTick()) + " ago",
                    DurationText.of(stream.rotationPeriod()),
                    size(stream.bytes())));
            table.print(out);
        }
        return ExitCode.OK;
    }

    private static Map<String, Object> asMap(StreamInfo stream) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("name", stream.name());
        map.put("consumers", stream.consumers());
        map.put("events_per_second", stream.eventsPerSecond());
        map.put("unticked", stream.unticked());
        map.put("last_tick_ms", stream.lastTick().toMillis());
        map.put("rotation_period_ms", stream.rotationPeriod().toMillis());
        map.put("bytes", stream.bytes());
        return map;
    }

    private static String size(long bytes) {
        return bytes < 10_000_000 ? bytes / 1_000 + " kB" : String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
    }
}
