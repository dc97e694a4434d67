package dev.howdah.benchmark;

import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The same latency at the end of a time in which a snapshot was held and events went on, beside that before it. */
final class UnderHeldSnapshot implements Workload {

    private final int rate;
    private final Duration held;
    private final Duration measured;

    UnderHeldSnapshot(int rate, Duration held, Duration measured) {
        this.rate = rate;
        this.held = held;
        this.measured = measured;
    }

    @Override
    public String name() {
        return "latency at " + rate + "/s, snapshot held " + held.toSeconds() + " s";
    }

    @Override
    public List<Measurement> measure(Bench bench) throws Exception {
        List<Measurement> before = new DeliveryLatency(rate, measured).measure(bench);
        List<Measurement> under = new ArrayList<>();
        try (Connection snapshot = bench.heldSnapshot()) {
            under.addAll(new DeliveryLatency(rate, held).measure(bench, name()));
            snapshot.rollback();
        }
        List<Measurement> all = new ArrayList<>(before);
        all.addAll(Measurement.against(under, before));
        return all;
    }
}
