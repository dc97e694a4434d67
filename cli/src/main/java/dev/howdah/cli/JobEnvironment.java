package dev.howdah.cli;

import dev.howdah.job.Job;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.ObjectMapper;

/** A job's fields and headers as a command finds them in its environment. */
final class JobEnvironment {

    private static final ObjectMapper JSON = new ObjectMapper();

    private JobEnvironment() {}

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
            JSON.readTree(job.headers()).propertyStream().forEach(header -> {
                String value = header.getValue().isString()
                        ? header.getValue().stringValue()
                        : header.getValue().toString();
                environment.put("HOWDAH_HEADER_" + name(header.getKey()), value);
            });
        }
        return environment;
    }

    /** In capitals, and an underscore for whatever an environment's names don't have. */
    private static String name(String header) {
        return header.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
    }
}
