package dev.howdah.benchmark;

import dev.howdah.stream.NewEvent;
import dev.howdah.stream.StreamSender;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** An event, beside a row of a table like those of events. */
final class StreamSends implements SingleSends.Pair {

    private final Bench bench;
    private final String stream;
    private final StreamSender sender;

    StreamSends(Bench bench) {
        this.bench = bench;
        EqualTable.create(bench);
        stream = bench.newStream();
        sender = bench.howdah().streams().sender(stream);
    }

    @Override
    public void send(Connection connection) {
        sender.send(connection, NewEvent.of("bench", Bench.PAYLOAD));
    }

    @Override
    public void insert(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(EqualTable.INSERT)) {
            statement.setString(1, "bench");
            statement.setString(2, Bench.PAYLOAD);
            for (int i = 3; i <= 6; i++) {
                statement.setString(i, null);
            }
            try (ResultSet row = statement.executeQuery()) {
                row.next();
            }
        }
    }

    @Override
    public void close() {
        bench.dropStream(stream);
        EqualTable.drop(bench);
    }
}
