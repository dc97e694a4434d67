package dev.howdah.benchmark;

import dev.howdah.stream.StreamSender;
import java.io.StringReader;
import java.sql.Connection;
import java.util.List;
import org.postgresql.PGConnection;

/** Many events in one transaction. */
final class BulkSend implements Workload {

    private final int events;
    private final int rounds;

    BulkSend(int events, int rounds) {
        this.events = events;
        this.rounds = rounds;
    }

    @Override
    public String name() {
        return "bulk send";
    }

    @Override
    public List<Measurement> measure(Bench bench) throws Exception {
        EqualTable.create(bench);
        String stream = bench.newStream();
        StreamSender sender = bench.howdah().streams().sender(stream);
        String rows = ("bench\t" + Bench.PAYLOAD + "\t\\N\t\\N\t\\N\t\\N\n").repeat(events);
        try {
            return List.of(Rounds.compare(
                    rounds,
                    name(),
                    () -> rate(() -> sender.load(Bench.events(events))),
                    "plain COPY",
                    () -> rate(() -> copy(bench, rows))));
        } finally {
            bench.dropStream(stream);
            EqualTable.drop(bench);
        }
    }

    private static void copy(Bench bench, String rows) throws Exception {
        try (Connection connection = bench.dataSource().getConnection()) {
            connection.unwrap(PGConnection.class).getCopyAPI().copyIn(EqualTable.COPY, new StringReader(rows));
        }
    }

    /** Sends all. */
    @FunctionalInterface
    private interface Send {
        void run() throws Exception;
    }

    private double rate(Send send) throws Exception {
        long start = System.nanoTime();
        send.run();
        return events * 1e9 / (System.nanoTime() - start);
    }
}
