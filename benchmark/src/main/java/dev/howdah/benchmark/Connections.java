package dev.howdah.benchmark;

import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongPredicate;

/** The same on several connections at once. */
final class Connections {

    private Connections() {}

    /** Does something on a connection in autocommit: how many times, or for how many messages. */
    @FunctionalInterface
    interface Call {
        int on(Connection connection) throws Exception;
    }

    /** How many a second, over {@code turn}. */
    static double rate(Bench bench, int connections, Duration turn, Call call) throws Exception {
        long end = System.nanoTime() + turn.toNanos();
        return run(bench, connections, call, done -> System.nanoTime() < end);
    }

    /** How many a second, until each connection's call has found nothing more to do. */
    static double rateUntilNothing(Bench bench, int connections, Call call) throws Exception {
        return run(bench, connections, call, done -> done > 0);
    }

    private static double run(Bench bench, int connections, Call call, LongPredicate goesOn) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(connections);
        try {
            long start = System.nanoTime();
            List<Future<Long>> counts = new ArrayList<>();
            for (int i = 0; i < connections; i++) {
                counts.add(threads.submit(() -> {
                    long count = 0;
                    try (Connection connection = bench.dataSource().getConnection()) {
                        int done;
                        do {
                            done = call.on(connection);
                            count += done;
                        } while (goesOn.test(done));
                    }
                    return count;
                }));
            }
            long sum = 0;
            for (Future<Long> count : counts) {
                sum += count.get();
            }
            return sum * 1e9 / (System.nanoTime() - start);
        } finally {
            threads.shutdown();
        }
    }
}
