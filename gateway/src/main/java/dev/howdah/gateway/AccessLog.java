package dev.howdah.gateway;

import io.javalin.http.Context;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One line for a request: who, what, how it ended. Never its query, body or headers, in which secrets may be; the path is
 * written as it was sent, so no line can be forged with it.
 */
public enum AccessLog {
    OFF,
    /** Those that were answered 400 or more. */
    ERRORS,
    ALL;

    /** The logger's name, for who wants the lines elsewhere. */
    public static final String LOGGER = "howdah.access";

    private static final Logger log = LoggerFactory.getLogger(LOGGER);
    private static final int LONGEST = 200;

    /** Whether a request that ended like this has a line. */
    boolean wants(int status) {
        return this == ALL || this == ERRORS && status >= 400;
    }

    void write(Context request, String client, @Nullable String role, double millis) {
        String path = request.req().getRequestURI();
        log.info(
                "{} {} {} {} {} {} ms",
                client,
                role == null ? "-" : printable(role),
                request.req().getMethod(),
                printable(path),
                request.statusCode(),
                String.format(Locale.ROOT, "%.1f", millis));
    }

    private static String printable(String text) {
        String start = text.length() > LONGEST ? text.substring(0, LONGEST) + "..." : text;
        return start.replaceAll("[^\\x21-\\x7e]", "?");
    }
}
