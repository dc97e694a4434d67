package dev.howdah.job;

import dev.howdah.core.HowdahException;
import dev.howdah.core.PayloadCodec;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/**
 * A job that is sent again and again.
 *
 * @param expression when: cron's five fields, and perhaps a sixth, the second
 * @param entrypoint of the jobs; there is one schedule for an expression and an entrypoint
 * @param zone whose clocks count. Default: UTC
 * @param payload of the jobs; none is null
 * @param priority of the jobs. Default: 0
 * @param headers of the jobs: a JSON object, as text
 */
public record JobSchedule(
        String expression,
        String entrypoint,
        ZoneId zone,
        byte @Nullable [] payload,
        int priority,
        @Nullable String headers) {

    /** @throws HowdahException.InvalidInput if the expression is none, the entrypoint empty, or the headers no object */
    public JobSchedule {
        CronExpression.parse(expression);
        if (entrypoint.isEmpty()) {
            throw new HowdahException.InvalidInput("entrypoint must not be empty");
        }
        if (headers != null) {
            JobHeaders.check(headers);
        }
    }

    public static JobSchedule of(String expression, String entrypoint) {
        return new JobSchedule(expression, entrypoint, ZoneId.of("UTC"), null, 0, null);
    }

    public JobSchedule withZone(ZoneId value) {
        return new JobSchedule(expression, entrypoint, value, payload, priority, headers);
    }

    public JobSchedule withPayload(byte[] value) {
        return new JobSchedule(expression, entrypoint, zone, value, priority, headers);
    }

    /** UTF-8 text as the payload. */
    public JobSchedule withPayload(String text) {
        return withPayload(PayloadCodec.text().encode(text));
    }

    public JobSchedule withPriority(int value) {
        return new JobSchedule(expression, entrypoint, zone, payload, value, headers);
    }

    public JobSchedule withHeaders(String jsonObject) {
        return new JobSchedule(expression, entrypoint, zone, payload, priority, jsonObject);
    }
}
