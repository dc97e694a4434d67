package dev.howdah.core;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;

/**
 * How long to wait after the n-th failure in a row: {@code first}, then twice as long each time, at most {@code max},
 * each spread by ±20 % so that many that failed together do not come back together.
 *
 * @param first more than zero
 * @param max at least {@code first}
 */
public record Backoff(Duration first, Duration max, DoubleSupplier random) {

    private static final double SPREAD = 0.2;

    public Backoff {
        if (first.isNegative() || first.isZero() || max.compareTo(first) < 0) {
            throw new IllegalArgumentException("a backoff needs 0 < first <= max, got " + first + " and " + max);
        }
    }

    public Backoff(Duration first, Duration max) {
        this(first, max, () -> ThreadLocalRandom.current().nextDouble());
    }

    /**
     * The wait after a number of failures in a row.
     *
     * @param failures 1 or more
     */
    public Duration after(int failures) {
        double doubled = nanos(first) * Math.pow(2, Math.max(0, failures - 1));
        double capped = Math.min(doubled, nanos(max));
        double spread = 1 - SPREAD + 2 * SPREAD * random.getAsDouble();
        return Duration.ofNanos((long) (capped * spread));
    }

    /** At most 292 years, which is where a long ends. */
    private static double nanos(Duration duration) {
        return TimeUnit.NANOSECONDS.convert(duration);
    }
}
