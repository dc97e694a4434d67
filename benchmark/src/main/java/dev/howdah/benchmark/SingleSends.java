package dev.howdah.benchmark;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/** One message a transaction, on eight connections at once, beside plain rows. */
final class SingleSends implements Workload {

    private static final int CONNECTIONS = 8;

    private final Function<Bench, Pair> open;
    private final Duration turn;
    private final int rounds;

    /** A wing's way to send a message, and the same rows without the wing. */
    interface Pair extends AutoCloseable {

        void send(Connection connection);

        void insert(Connection connection) throws SQLException;

        /** Drops what was made for it. */
        @Override
        void close();
    }

    SingleSends(Function<Bench, Pair> open, Duration turn, int rounds) {
        this.open = open;
        this.turn = turn;
        this.rounds = rounds;
    }

    @Override
    public String name() {
        return "single sends, " + CONNECTIONS + " connections";
    }

    @Override
    public List<Measurement> measure(Bench bench) throws Exception {
        try (Pair pair = open.apply(bench)) {
            return List.of(Rounds.compare(
                    rounds,
                    name(),
                    () -> Connections.rate(bench, CONNECTIONS, turn, connection -> {
                        pair.send(connection);
                        return 1;
                    }),
                    "plain INSERT",
                    () -> Connections.rate(bench, CONNECTIONS, turn, connection -> {
                        pair.insert(connection);
                        return 1;
                    })));
        }
    }
}
