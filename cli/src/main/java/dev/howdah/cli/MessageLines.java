package dev.howdah.cli;

import dev.howdah.queue.StoredMessage;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.util.RawValue;

/** Prints messages, one a line, in UTF-8. */
final class MessageLines {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final PrintStream out;
    private final boolean json;

    MessageLines(OutputStream out, boolean json) {
        this.out = new PrintStream(out, false, StandardCharsets.UTF_8);
        this.json = json;
    }

    /** @throws IOException if it can't be printed, to its end: nobody reads any more, or the disk is full */
    synchronized void print(StoredMessage message) throws IOException {
        out.print((json ? JSON.writeValueAsString(asMap(message)) : PlainText.oneLine(message.body())) + "\n");
        if (out.checkError()) { // which flushes
            throw new IOException("stdout takes no more");
        }
    }

    /** JSON as it is, XML as a text. */
    static Map<String, Object> asMap(StoredMessage message) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("id", message.id());
        map.put("sent", message.time().toString());
        map.put("priority", message.priority());
        map.put("retries", message.retries());
        map.put("retry_delay_ms", message.retryDelay().toMillis());
        map.put("attempts", message.attempts());
        putBody(map, message.json(), message.xml());
        map.put("properties", new RawValue(message.properties()));
        if (message.history() != null) {
            map.put("history", new RawValue(message.history()));
        }
        return map;
    }

    static void putBody(Map<String, Object> map, @Nullable String json, @Nullable String xml) {
        if (json != null) {
            map.put("body", new RawValue(json));
        } else if (xml != null) {
            map.put("body_xml", xml);
        }
    }
}
