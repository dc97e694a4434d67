package dev.howdah.cli;

import dev.howdah.job.Job;
import dev.howdah.job.JobEvent;
import dev.howdah.job.JobInfo;
import dev.howdah.job.JobStatus;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.ObjectMapper;

/** Jobs for people and for scripts. */
final class JobText {

    static final int WIDEST = 60;
    private static final ObjectMapper JSON = new ObjectMapper();

    private JobText() {}

    static String status(JobStatus status) {
        return status.name().toLowerCase(Locale.ROOT);
    }

    /** In one line; what is no text is shown as its size. */
    static String payload(Job job) {
        String text = text(job.payload());
        return text == null ? "(" + job.payload().length + " bytes)" : PlainText.oneLine(text, WIDEST);
    }

    static String line(@Nullable String text) {
        return text == null ? "" : PlainText.oneLine(text, WIDEST);
    }

    /** The optional fields only where they are set; a payload that is no text is in base64. */
    static String json(JobInfo info, List<JobEvent> history) {
        Job job = info.job();
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("id", job.id());
        map.put("entrypoint", job.entrypoint());
        map.put("status", status(info.status()));
        map.put("priority", job.priority());
        map.put("attempts", job.attempts());
        map.put("created", job.created().toString());
        map.put("due", info.due().toString());
        map.put("updated", info.updated().toString());
        put(map, "worker", info.worker());
        put(map, "dedupe_key", job.dedupeKey());
        if (job.headers() != null) {
            map.put("headers", JSON.readTree(job.headers()));
        }
        String text = text(job.payload());
        map.put(
                text == null ? "payload_base64" : "payload",
                text == null ? Base64.getEncoder().encodeToString(job.payload()) : text);
        put(map, "last_error", info.lastError());
        if (!history.isEmpty()) {
            map.put("history", history.stream().map(JobText::asMap).toList());
        }
        return JSON.writeValueAsString(map);
    }

    static Map<String, Object> asMap(JobEvent event) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("time", event.time().toString());
        map.put("status", status(event.status()));
        if (event.traceback() != null) {
            map.put("traceback", JSON.readTree(event.traceback()));
        }
        return map;
    }

    /** What a traceback says in short. */
    static String reason(@Nullable String traceback) {
        return traceback == null
                ? ""
                : line(JSON.readTree(traceback).path("exception_message").asString(""));
    }

    private static void put(Map<String, Object> map, String name, @Nullable Object value) {
        if (value != null) {
            map.put(name, value.toString());
        }
    }

    private static @Nullable String text(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }
}
