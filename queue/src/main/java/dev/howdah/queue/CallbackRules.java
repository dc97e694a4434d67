package dev.howdah.queue;

import dev.howdah.core.HowdahException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What holds at the moment: a server's settings, else PostgreSQL's parameters, else pgpro_queue's defaults. */
record CallbackRules(
        boolean enabled,
        int minWorkers,
        int maxWorkers,
        Duration naptime,
        Duration checkTimeout,
        Duration workerIdleTimeout,
        Duration workerStartDelay) {

    private static final Set<String> ON = Set.of("on", "true", "yes", "1", "t", "y");
    private static final Set<String> OFF = Set.of("off", "false", "no", "0", "f", "n");

    /** @param row of {@link QueueSql#CALLBACK_SETTINGS} */
    static CallbackRules of(CallbackSettings settings, ResultSet row) throws SQLException {
        int max = or(settings.maxWorkers(), number(row, "callback_max_workers", 10));
        return new CallbackRules(
                or(settings.enabled(), flag(row, "callback")),
                Math.min(max, or(settings.minWorkers(), number(row, "callback_min_workers", 3))),
                max,
                or(settings.naptime(), Duration.ofMillis(Math.max(1, number(row, "callback_naptime", 150)))),
                or(settings.checkTimeout(), Duration.ofSeconds(number(row, "callback_check_timeout", 60))),
                or(settings.workerIdleTimeout(), Duration.ofSeconds(number(row, "callback_worker_idle_timeout", 60))),
                or(settings.workerStartDelay(), Duration.ofSeconds(number(row, "callback_worker_start_delay", 5))));
    }

    private static <T> T or(@Nullable T value, T otherwise) {
        return value == null ? otherwise : value;
    }

    private static boolean flag(ResultSet row, String name) throws SQLException {
        String value = row.getString(name);
        if (value == null || value.isBlank() || OFF.contains(value.toLowerCase(Locale.ROOT))) {
            return false;
        } else if (ON.contains(value.toLowerCase(Locale.ROOT))) {
            return true;
        }
        throw new HowdahException.InvalidInput("pgpro_queue." + name + " must be on or off, is \"" + value + "\"");
    }

    private static int number(ResultSet row, String name, int otherwise) throws SQLException {
        String value = row.getString(name);
        if (value == null || value.isBlank()) {
            return otherwise;
        } else if (value.matches("\\d{1,9}")) {
            return Integer.parseInt(value);
        }
        throw new HowdahException.InvalidInput("pgpro_queue." + name + " must be a whole number, is \"" + value + "\"");
    }
}
