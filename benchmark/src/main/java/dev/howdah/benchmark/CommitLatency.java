package dev.howdah.benchmark;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.time.Duration;
import java.util.List;

/** One row at a time is inserted and on disk, at a steady rate: less takes no message that is to outlive a crash. */
final class CommitLatency {

    private CommitLatency() {}

    static List<Measurement> measure(Bench bench, int rate, Duration time) throws Exception {
        int count = (int) (rate * time.toMillis() / 1000);
        Latencies latencies = new Latencies(count);
        EqualTable.create(bench);
        try (Connection connection = bench.dataSource().getConnection();
                PreparedStatement insert =
                        connection.prepareStatement("insert into " + EqualTable.NAME + " (ev_data) values (?)")) {
            Pacing.run(rate, count, nr -> {
                String body = Latencies.body();
                insert.setString(1, body);
                insert.executeUpdate();
                latencies.add(body);
            });
        } finally {
            EqualTable.drop(bench);
        }
        return latencies.measurements("a row committed");
    }
}
