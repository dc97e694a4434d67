package dev.howdah.gateway;

import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * So many requests in so much time, of one role from one address; all of them at once if need be, then as many again as
 * time goes on.
 */
public record RateLimit(long requests, Duration period) {

    private static final Pattern TEXT = Pattern.compile("([1-9]\\d{0,8})/([smh])");
    private static final Map<String, Duration> PERIODS =
            Map.of("s", Duration.ofSeconds(1), "m", Duration.ofMinutes(1), "h", Duration.ofHours(1));

    public RateLimit {
        if (requests < 1 || period.isNegative() || period.isZero()) {
            throw new IllegalArgumentException("a rate limit must be at least 1 request in some time");
        }
    }

    /** @param text as {@code 100/s}, {@code 600/m} or {@code 1000/h} */
    public static RateLimit parse(String text) {
        Matcher matcher = TEXT.matcher(text.strip());
        if (!matcher.matches()) {
            throw new IllegalArgumentException("not a rate limit: '" + text + "' (write 100/s, 600/m or 1000/h)");
        }
        return new RateLimit(Long.parseLong(matcher.group(1)), PERIODS.get(matcher.group(2)));
    }
}
