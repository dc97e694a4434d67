package dev.howdah.cli;

import dev.howdah.stream.Event;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.ObjectMapper;

/** Prints events, one a line, in UTF-8. */
final class EventLines {

    private final PrintStream out;
    private final boolean json;
    private final ObjectMapper mapper = new ObjectMapper();

    EventLines(OutputStream out, boolean json) {
        this.out = new PrintStream(out, false, StandardCharsets.UTF_8);
        this.json = json;
    }

    /** @throws IOException if it can't be printed, to its end: nobody reads any more, or the disk is full */
    void print(Event event) throws IOException {
        out.print((json ? mapper.writeValueAsString(asMap(event)) : plain(event)) + "\n");
        if (out.checkError()) { // which flushes
            throw new IOException("stdout takes no more");
        }
    }

    private static String plain(Event event) {
        String type = event.type() == null ? "-" : PlainText.oneLine(event.type());
        return event.id() + "  " + type + "  " + PlainText.oneLine(event.data());
    }

    /** The optional fields only where they are set. */
    static Map<String, Object> asMap(Event event) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("id", event.id());
        put(map, "type", event.type());
        put(map, "data", event.data());
        put(map, "key", event.key());
        put(map, "extra2", event.extra2());
        put(map, "extra3", event.extra3());
        put(map, "extra4", event.extra4());
        map.put("time", event.time().toString());
        map.put("retry", event.retry());
        return map;
    }

    private static void put(Map<String, Object> map, String name, @Nullable String value) {
        if (value != null) {
            map.put(name, value);
        }
    }
}
