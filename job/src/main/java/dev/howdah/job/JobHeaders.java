package dev.howdah.job;

import dev.howdah.core.HowdahException;
import java.time.Instant;

/**
 * A job's headers: a JSON object. One name in it is Howdah's, {@code howdah_expires_at}: the second of the epoch from which
 * on the job is of no use. It is a header because the tables are shared: workers that do not know it are not hurt by it.
 */
final class JobHeaders {

    static final String EXPIRES_AT = "howdah_expires_at";

    private JobHeaders() {}

    /**
     * PGQueuer's workers die of anything but an object. What begins like one and is none is refused by PostgreSQL.
     *
     * @throws HowdahException.InvalidInput if it is something else
     */
    static void check(String headers) {
        String text = headers.strip();
        if (text.isEmpty()) {
            throw new HowdahException.InvalidInput("headers must be a JSON object, got nothing");
        }
        if (text.charAt(0) != '{' && !text.equals("null")) {
            throw new HowdahException.InvalidInput("headers must be a JSON object, got " + kind(text.charAt(0)));
        }
    }

    private static String kind(char first) {
        return switch (first) {
            case '[' -> "array";
            case '"' -> "string";
            case 't', 'f' -> "boolean";
            default -> first == '-' || Character.isDigit(first) ? "number" : "no JSON";
        };
    }

    /** Checked headers with a time to expire. */
    static String withExpiry(String headers, Instant expiresAt) {
        String text = headers.strip();
        String before =
                text.equals("null") ? "" : text.substring(1, text.length() - 1).strip();
        // of two with one name the last counts
        return "{%s%s\"%s\": %s}".formatted(before, before.isEmpty() ? "" : ", ", EXPIRES_AT, seconds(expiresAt));
    }

    private static String seconds(Instant time) {
        return "%d.%06d".formatted(time.getEpochSecond(), time.getNano() / 1_000);
    }
}
