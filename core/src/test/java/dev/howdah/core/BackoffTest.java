package dev.howdah.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class BackoffTest {

    private static final Duration FIRST = Duration.ofMillis(100);
    private static final Duration MAX = Duration.ofSeconds(10);

    @Test
    void doublesUpToTheMost() {
        Backoff unspread = new Backoff(FIRST, MAX, () -> 0.5);
        assertThat(IntStream.rangeClosed(1, 9).mapToLong(n -> unspread.after(n).toMillis()))
                .containsExactly(100L, 200L, 400L, 800L, 1600L, 3200L, 6400L, 10_000L, 10_000L);
        assertThat(unspread.after(Integer.MAX_VALUE)).isEqualTo(MAX);
        assertThat(unspread.after(0)).isEqualTo(FIRST);
    }

    @Test
    void spreadsByAFifthEitherWay() {
        assertThat(new Backoff(FIRST, MAX, () -> 0).after(1)).isEqualTo(Duration.ofMillis(80));
        assertThat(new Backoff(FIRST, MAX, () -> 1).after(1)).isEqualTo(Duration.ofMillis(120));
        Backoff random = new Backoff(FIRST, MAX);
        LongStream many =
                IntStream.range(0, 1_000).mapToLong(i -> random.after(1).toNanos());
        assertThat(many.distinct())
                .hasSizeGreaterThan(900)
                .allSatisfy(nanos -> assertThat(nanos).isBetween(80_000_000L, 120_000_000L));
    }

    @Test
    void takesTheLongestOfDurations() {
        Backoff forever = new Backoff(FIRST, ChronoUnit.FOREVER.getDuration(), () -> 0.5);
        assertThat(forever.after(1_000)).isGreaterThan(Duration.ofDays(100 * 365));
    }

    @Test
    void refusesBoundsThatMakeNoSense() {
        assertThatThrownBy(() -> new Backoff(Duration.ZERO, MAX)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Backoff(FIRST.negated(), MAX)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Backoff(MAX, FIRST))
                .hasMessage("a backoff needs 0 < first <= max, got PT10S and PT0.1S");
    }
}
