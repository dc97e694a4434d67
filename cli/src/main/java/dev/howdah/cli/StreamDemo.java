package dev.howdah.cli;

import dev.howdah.Howdah;
import dev.howdah.core.Transactions;
import dev.howdah.stream.Batch;
import dev.howdah.stream.Event;
import dev.howdah.stream.NewEvent;
import dev.howdah.stream.StreamConsumer;
import dev.howdah.stream.Streams;
import java.io.PrintWriter;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;

/** Sends events to a stream of its own, consumes them, shows the way of the last one, and removes the stream. */
final class StreamDemo {

    private static final String STREAM = "howdah_demo";
    private static final String CONSUMER = "howdah_demo";
    /** So that what is shown is not how long classes take to load. */
    private static final int WARM_UP = 20;

    private static final String TICKED = """
            select tick_time from pgque.tick join pgque.queue on queue_id = tick_queue
             where queue_name = ? and tick_id = ?""";

    private final Streams streams;
    private final DataSource dataSource;

    StreamDemo(Howdah howdah, DataSource dataSource) {
        this.streams = howdah.streams();
        this.dataSource = dataSource;
    }

    /** What the handler saw. */
    private record Handled(Instant at, long tick, long event, Instant sent, String data) {
        static Handled of(Batch batch, Event event) {
            return new Handled(Instant.now(), batch.tick(), event.id(), event.time(), "" + event.data());
        }
    }

    void run(PrintWriter out) throws InterruptedException {
        streams.create(STREAM);
        try {
            Handled handled = send();
            out.printf(
                    "%nThe way of an event: %d was sent, after %d to warm up, and its consumer had \"%s\" after %.1f ms%n",
                    handled.event, WARM_UP, handled.data, millis(handled, handled.at));
            out.printf("  %-10s  +%.1f ms%n", "sent", 0.0);
            out.printf("  %-10s  +%.1f ms%n", "ticked", millis(handled, ticked(handled.tick)));
            out.printf("  %-10s  +%.1f ms%n", "handled", millis(handled, handled.at));
        } finally {
            streams.unsubscribe(STREAM, CONSUMER);
            streams.drop(STREAM, true);
        }
    }

    private Handled send() throws InterruptedException {
        BlockingQueue<Handled> handled = new LinkedBlockingQueue<>();
        try (StreamConsumer consumer = streams.consumer(STREAM, CONSUMER)
                .handleBatches(batch -> batch.events().forEach(event -> handled.add(Handled.of(batch, event))))
                .start()) {
            consumer.awaitReadUp();
            for (int i = 0; i < WARM_UP; i++) {
                streams.sender(STREAM).send(NewEvent.of("warm-up"));
                next(handled);
            }
            streams.sender(STREAM).send(NewEvent.of("hello"));
            return next(handled);
        }
    }

    private static Handled next(BlockingQueue<Handled> handled) throws InterruptedException {
        Handled next = handled.poll(10, TimeUnit.SECONDS);
        if (next == null) {
            throw new CommandFailure(ExitCode.FAILED, "the demo's event was not handled within 10 s");
        }
        return next;
    }

    /** By the clock of this machine, which is the database's. */
    private static double millis(Handled handled, Instant time) {
        return Duration.between(handled.sent, time).toNanos() / 1e6;
    }

    private Instant ticked(long tick) {
        return Transactions.over(dataSource).statement(connection -> {
            try (PreparedStatement statement = connection.prepareStatement(TICKED)) {
                statement.setString(1, STREAM);
                statement.setLong(2, tick);
                try (ResultSet row = statement.executeQuery()) {
                    row.next();
                    return row.getObject(1, OffsetDateTime.class).toInstant();
                }
            }
        });
    }
}
