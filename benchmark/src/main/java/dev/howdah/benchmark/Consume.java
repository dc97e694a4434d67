package dev.howdah.benchmark;

import dev.howdah.core.Outcome;
import dev.howdah.stream.StreamConsumer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** What was sent in bulk is consumed: by one consumer, and by three, each of which gets all of it. */
final class Consume implements Workload {

    private final int events;
    private final int rounds;

    Consume(int events, int rounds) {
        this.events = events;
        this.rounds = rounds;
    }

    @Override
    public String name() {
        return "consume";
    }

    @Override
    public List<Measurement> measure(Bench bench) throws Exception {
        Measurement one = Rounds.compare(
                rounds, "consume, 1 consumer", () -> consumed(bench, 1), "plain SELECT", () -> selected(bench));
        Measurement three = Rounds.compare(
                rounds,
                "consume, 3 consumers, together",
                () -> consumed(bench, 3),
                "1 consumer",
                () -> consumed(bench, 1));
        return List.of(one, three);
    }

    private double consumed(Bench bench, int consumers) throws Exception {
        String stream = bench.newStream();
        try {
            for (int i = 0; i < consumers; i++) {
                bench.howdah().streams().subscribe(stream, "c" + i);
            }
            bench.howdah().streams().sender(stream).load(Bench.events(events));
            return rate(bench, stream, consumers);
        } finally {
            bench.dropStream(stream);
        }
    }

    private double rate(Bench bench, String stream, int consumers) throws Exception {
        CountDownLatch left = new CountDownLatch(consumers * events);
        List<StreamConsumer> running = new ArrayList<>();
        long start = System.nanoTime();
        try {
            for (int i = 0; i < consumers; i++) {
                running.add(bench.howdah()
                        .streams()
                        .consumer(stream, "c" + i)
                        .handle(event -> {
                            left.countDown();
                            return Outcome.done();
                        })
                        .start());
            }
            if (!left.await(5, TimeUnit.MINUTES)) {
                throw new IllegalStateException(left.getCount() + " events did not come");
            }
            return consumers * events * 1e9 / (System.nanoTime() - start);
        } finally {
            running.forEach(StreamConsumer::close);
        }
    }

    private double selected(Bench bench) throws Exception {
        String stream = bench.newStream();
        try {
            bench.howdah().streams().sender(stream).load(Bench.events(events));
            long start = System.nanoTime();
            long sum = 0;
            try (Connection connection = bench.dataSource().getConnection();
                    PreparedStatement statement = connection.prepareStatement(
                            EqualTable.SELECT + bench.value("select pgque.current_event_table('" + stream + "')"));
                    ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    sum += rows.getLong(1)
                            + rows.getObject(2, OffsetDateTime.class).getNano()
                            + rows.getInt(3)
                            + length(rows.getString(4))
                            + length(rows.getString(5))
                            + length(rows.getString(6))
                            + length(rows.getString(7))
                            + length(rows.getString(8))
                            + length(rows.getString(9));
                }
            }
            if (sum == 0) {
                throw new IllegalStateException("nothing was read");
            }
            return events * 1e9 / (System.nanoTime() - start);
        } finally {
            bench.dropStream(stream);
        }
    }

    private static int length(@org.jspecify.annotations.Nullable String text) {
        return text == null ? 0 : text.length();
    }
}
