package dev.howdah.benchmark;

import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Messages go in and out at a steady rate while a snapshot is held: the end of that time beside its beginning. In its
 * middle third somebody reads a message and does not commit, and pg_dump dumps the database.
 */
final class QueueUnderHeldSnapshot implements Workload {

    private static final Duration WARM_UP = Duration.ofSeconds(3);

    private final int rate;
    private final Duration held;
    private final Duration window;
    private final String design;
    private final Function<Bench, QueueDesign> made;

    private QueueUnderHeldSnapshot(
            int rate, Duration held, Duration window, String design, Function<Bench, QueueDesign> made) {
        this.rate = rate;
        this.held = held;
        this.window = window;
        this.design = design;
        this.made = made;
    }

    static QueueUnderHeldSnapshot ofQueue(int rate, Duration held, Duration window) {
        return new QueueUnderHeldSnapshot(rate, held, window, "queue", QueueDesign::howdah);
    }

    static QueueUnderHeldSnapshot ofPlainTable(int rate, Duration held, Duration window) {
        return new QueueUnderHeldSnapshot(rate, held, window, "plain table", QueueDesign::plainTable);
    }

    @Override
    public String name() {
        return design + ", " + rate + "/s, snapshot held " + held.toSeconds() + " s";
    }

    @Override
    public List<Measurement> measure(Bench bench) throws Exception {
        try (QueueDesign queue = made.apply(bench)) {
            run(bench, queue, WARM_UP);
            try (Connection snapshot = bench.heldSnapshot()) {
                List<Measurement> measurements = run(bench, queue, held);
                snapshot.rollback();
                return measurements;
            }
        }
    }

    private List<Measurement> run(Bench bench, QueueDesign queue, Duration time) throws Exception {
        int count = (int) (rate * time.toSeconds());
        Latencies latencies = new Latencies(2 * count);
        List<Double> sends = new ArrayList<>(count);
        long start = System.nanoTime();
        ScheduledExecutorService disturber = Executors.newSingleThreadScheduledExecutor();
        try (AutoCloseable readers = queue.read(latencies::add);
                Connection connection = bench.dataSource().getConnection()) {
            Future<Void> disturbance =
                    disturber.schedule(disturb(bench, queue, time), time.toMillis() / 3, TimeUnit.MILLISECONDS);
            Pacing.run(rate, count, nr -> {
                long before = System.nanoTime();
                queue.send(connection, Latencies.body());
                sends.add((System.nanoTime() - before) / 1e6);
            });
            disturbance.get();
        } finally {
            disturber.shutdownNow();
        }
        return compared(latencies, sends, start, start + time.toNanos());
    }

    private List<Measurement> compared(Latencies latencies, List<Double> sends, long start, long end) {
        long length = window.toNanos();
        double[] first = latencies.between(start, start + length);
        double[] last = latencies.between(end - length, end);
        double[] middle = latencies.between(start + (end - start) / 3, start + 2 * (end - start) / 3);
        String beginning = "first " + window.toSeconds() + " s";
        String ending = name() + ", last " + window.toSeconds() + " s";
        double seconds = length / 1e9;
        return List.of(
                Measurement.rate(ending + ", reads", last.length / seconds, beginning, first.length / seconds),
                latency(ending, last, beginning, first, 50),
                latency(ending, last, beginning, first, 99),
                Measurement.latency(name() + ", reader and dump, p99", Latencies.percentile(middle, 99)),
                Measurement.latency(name() + ", reader and dump, longest", Latencies.percentile(middle, 100)),
                Measurement.latency(name() + ", longest send", sends.stream().reduce(0.0, Math::max)));
    }

    private static Measurement latency(String ending, double[] last, String beginning, double[] first, int percent) {
        String which = ", p" + percent;
        return Measurement.latency(ending + which, Latencies.percentile(last, percent))
                .against(Measurement.latency(beginning + which, Latencies.percentile(first, percent)));
    }

    /** For a third of the time a message is read and not committed, and a dump goes on. */
    private static Callable<Void> disturb(Bench bench, QueueDesign queue, Duration time) {
        return () -> {
            try (Connection reader = bench.direct().getConnection()) {
                reader.setAutoCommit(false);
                queue.readOne(reader);
                try (Dump dump = Dump.start(bench)) {
                    Pacing.pause(time.dividedBy(3));
                    dump.end();
                }
                reader.commit();
            }
            return null;
        };
    }
}
