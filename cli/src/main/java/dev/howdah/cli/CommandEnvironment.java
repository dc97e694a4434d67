package dev.howdah.cli;

import dev.howdah.job.Job;
import dev.howdah.queue.Message;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.ObjectMapper;

/** A job's or a message's fields as a command finds them in its environment. */
final class CommandEnvironment {

    private static final ObjectMapper JSON = new ObjectMapper();

    private CommandEnvironment() {}

    static Map<String, String> of(Job job) {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("HOWDAH_JOB_ID", String.valueOf(job.id()));
        environment.put("HOWDAH_ENTRYPOINT", job.entrypoint());
        environment.put("HOWDAH_PRIORITY", String.valueOf(job.priority()));
        environment.put("HOWDAH_ATTEMPTS", String.valueOf(job.attempts()));
        environment.put("HOWDAH_CREATED", job.created().toString());
        if (job.dedupeKey() != null) {
            environment.put("HOWDAH_DEDUPE_KEY", job.dedupeKey());
        }
        if (job.headers() != null) {
            environment.put("HOWDAH_HEADERS", job.headers());
            putEach(environment, "HOWDAH_HEADER_", job.headers());
        }
        return environment;
    }

    static Map<String, String> of(String queue, Message message) {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("HOWDAH_MESSAGE_ID", String.valueOf(message.id()));
        environment.put("HOWDAH_QUEUE", queue);
        environment.put("HOWDAH_PRIORITY", String.valueOf(message.priority()));
        environment.put("HOWDAH_ATTEMPTS", String.valueOf(message.attempts()));
        environment.put("HOWDAH_RETRIES", String.valueOf(message.retries()));
        environment.put("HOWDAH_SENT", message.time().toString());
        environment.put("HOWDAH_PROPERTIES", message.properties());
        putEach(environment, "HOWDAH_PROPERTY_", message.properties());
        return environment;
    }

    /** The members of a JSON object. */
    private static void putEach(Map<String, String> environment, String prefix, String object) {
        JSON.readTree(object).propertyStream().forEach(member -> {
            String value = member.getValue().isString()
                    ? member.getValue().stringValue()
                    : member.getValue().toString();
            environment.put(prefix + name(member.getKey()), value);
        });
    }

    /** In capitals, and an underscore for whatever an environment's names don't have. */
    private static String name(String member) {
        return member.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
    }
}
