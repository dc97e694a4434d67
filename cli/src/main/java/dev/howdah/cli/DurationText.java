package dev.howdah.cli;

import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Durations as people write them: {@code 500ms}, {@code 30s}, {@code 1h30m}, {@code 30d}; also ISO 8601's {@code PT2H}. */
final class DurationText implements ITypeConverter<Duration> {

    private static final Pattern PART = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");
    private static final Pattern WHOLE = Pattern.compile("(" + PART.pattern() + ")+");
    private static final Map<String, Duration> UNITS = Map.of(
            "ms",
            Duration.ofMillis(1),
            "s",
            Duration.ofSeconds(1),
            "m",
            Duration.ofMinutes(1),
            "h",
            Duration.ofHours(1),
            "d",
            Duration.ofDays(1));

    @Override
    public Duration convert(String text) {
        if (text.startsWith("P")) {
            return Duration.parse(text);
        }
        if (!WHOLE.matcher(text).matches()) {
            throw new TypeConversionException("'" + text + "' is not a duration (write 500ms, 30s, 90m, 2h or 30d)");
        }
        Duration sum = Duration.ZERO;
        for (Matcher part = PART.matcher(text); part.find(); ) {
            sum = sum.plus(UNITS.get(part.group(2)).multipliedBy(Long.parseLong(part.group(1))));
        }
        return sum;
    }

    /** In the two largest units that count: {@code 1h 30m}. */
    static String of(Duration duration) {
        if (duration.toDays() > 0) {
            return of(duration.toDays(), "d", duration.toHoursPart(), "h");
        } else if (duration.toHours() > 0) {
            return of(duration.toHours(), "h", duration.toMinutesPart(), "m");
        } else if (duration.toMinutes() > 0) {
            return of(duration.toMinutes(), "m", duration.toSecondsPart(), "s");
        }
        return duration.toSeconds() > 0
                ? of(duration.toSeconds(), "s", 0, "")
                : of(Math.max(0, duration.toMillis()), "ms", 0, "");
    }

    private static String of(long large, String unit, int small, String smallUnit) {
        return large + unit + (small == 0 ? "" : " " + small + smallUnit);
    }
}
