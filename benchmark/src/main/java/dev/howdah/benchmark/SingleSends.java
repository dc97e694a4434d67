package dev.howdah.benchmark;

import dev.howdah.stream.NewEvent;
import dev.howdah.stream.StreamSender;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

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
                    () -> Connections.rate(bench, CONNECTIONS, turn, connection -> send(sender, connection)),
                    "plain INSERT",
                    () -> Connections.rate(bench, CONNECTIONS, turn, SingleSends::insert)));
        } finally {
            bench.dropStream(stream);
            EqualTable.drop(bench);
        }
    }

    private static int send(StreamSender sender, Connection connection) {
        sender.send(connection, NewEvent.of("bench", Bench.PAYLOAD));
        return 1;
    }

    private static int insert(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(EqualTable.INSERT)) {
            statement.setString(1, "bench");
            statement.setString(2, Bench.PAYLOAD);
            for (int i = 3; i <= 6; i++) {
                statement.setString(i, null);
            }
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return 1;
            }
        }
    }
}
