package dev.howdah.benchmark;

import dev.howdah.stream.NewEvent;
import dev.howdah.stream.StreamSender;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** One event a transaction, on eight connections at once. */
final class SingleSends implements Workload {

    private static final int CONNECTIONS = 8;

    private final Duration turn;
    private final int rounds;

    SingleSends(Duration turn, int rounds) {
        this.turn = turn;
        this.rounds = rounds;
    }

    @Override
    public String name() {
        return "single sends, " + CONNECTIONS + " connections";
    }

    @Override
    public List<Measurement> measure(Bench bench) throws Exception {
        EqualTable.create(bench);
        String stream = bench.newStream();
        StreamSender sender = bench.howdah().streams().sender(stream);
        try {
            return List.of(Rounds.compare(
                    rounds,
                    name(),
                    () -> rate(bench, (connection) -> sender.send(connection, NewEvent.of("bench", Bench.PAYLOAD))),
                    "plain INSERT",
                    () -> rate(bench, SingleSends::insert)));
        } finally {
            bench.dropStream(stream);
            EqualTable.drop(bench);
        }
    }

    private static long insert(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(EqualTable.INSERT)) {
            statement.setString(1, "bench");
            statement.setString(2, Bench.PAYLOAD);
            for (int i = 3; i <= 6; i++) {
                statement.setString(i, null);
            }
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    /** Sends one event. */
    @FunctionalInterface
    private interface Send {
        long on(Connection connection) throws SQLException;
    }

    private double rate(Bench bench, Send send) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(CONNECTIONS);
        try {
            long start = System.nanoTime();
            long end = start + turn.toNanos();
            List<Future<Long>> counts = new ArrayList<>();
            for (int i = 0; i < CONNECTIONS; i++) {
                counts.add(threads.submit(() -> {
                    long count = 0;
                    try (Connection connection = bench.dataSource().getConnection()) {
                        while (System.nanoTime() < end) {
                            send.on(connection);
                            count++;
                        }
                    }
                    return count;
                }));
            }
            long sent = 0;
            for (Future<Long> count : counts) {
                sent += count.get();
            }
            return sent * 1e9 / (System.nanoTime() - start);
        } finally {
            threads.shutdown();
        }
    }
}
