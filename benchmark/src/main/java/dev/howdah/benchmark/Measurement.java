package dev.howdah.benchmark;

import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * What was measured, beside what it is compared with.
 *
 * @param unit {@code /s} or {@code ms}
 * @param baseline what {@code baselineValue} is of; empty if there is none
 */
public record Measurement(String workload, double value, String unit, String baseline, double baselineValue) {

    static Measurement rate(String workload, double rate, String baseline, double baselineRate) {
        return new Measurement(workload, rate, "/s", baseline, baselineRate);
    }

    static Measurement latency(String workload, double millis) {
        return new Measurement(workload, millis, "ms", "", Double.NaN);
    }

    Measurement against(Measurement other) {
        return new Measurement(workload, value, unit, other.workload, other.value);
    }

    /** Each beside the one in its place. */
    static List<Measurement> against(List<Measurement> values, List<Measurement> others) {
        return IntStream.range(0, values.size())
                .mapToObj(i -> values.get(i).against(others.get(i)))
                .toList();
    }

    /** How much of the baseline it is; NaN if there is none. */
    public double ratio() {
        return value / baselineValue;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                unit.equals("ms") ? "%-44s %12.2f %-3s %-28s %12.2f %6.2f" : "%-44s %,12.0f %-3s %-28s %,12.0f %6.2f",
                workload,
                value,
                unit,
                baseline,
                baselineValue,
                ratio());
    }
}
