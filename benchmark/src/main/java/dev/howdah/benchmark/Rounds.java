package dev.howdah.benchmark;

import java.util.ArrayList;
import java.util.List;

/**
 * Measures two things in turns, so that what else the machine does falls on both, and takes the medians. The first turns
 * of each warm up and are not counted.
 */
final class Rounds {

    /** Until the JVM has compiled most of it: a turn is about a second. */
    private static final int WARM_UPS = 3;

    private Rounds() {}

    /** Gives a rate. */
    @FunctionalInterface
    interface Turn {
        double run() throws Exception;
    }

    static Measurement compare(int rounds, String workload, Turn turn, String baseline, Turn baselineTurn)
            throws Exception {
        List<Double> rates = new ArrayList<>();
        List<Double> baselineRates = new ArrayList<>();
        for (int i = 0; i < WARM_UPS + rounds; i++) {
            double baselineRate = baselineTurn.run();
            double rate = turn.run();
            if (i >= WARM_UPS) {
                rates.add(rate);
                baselineRates.add(baselineRate);
            }
        }
        return Measurement.rate(workload, median(rates), baseline, median(baselineRates));
    }

    static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
}
