package dev.howdah.cli;

import dev.howdah.Howdah;
import dev.howdah.core.Transactions;
import dev.howdah.stream.Batch;
import dev.howdah.stream.NewEvent;
import dev.howdah.stream.StreamConsumer;
import dev.howdah.stream.Streams;
import java.io.PrintWriter;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.sql.DataSource;

/** Sends an event to a stream of its own, consumes it, shows its way, and removes the stream. */
final class StreamDemo {

    private static final String STREAM = "howdah_demo";
    private static final String CONSUMER = "howdah_demo";
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
        static Handled of(Batch batch) {
            var event = batch.events().get(0);
            return new Handled(Instant.now(), batch.tick(), event.id(), event.time(), "" + event.data());
        }
    }

    void run(PrintWriter out) throws InterruptedException {
        streams.create(STREAM);
        try {
            Handled handled = send();
            out.printf(
                    "%nThe way of an event: %d was sent, and its consumer had \"%s\" after %.1f ms%n",
                    handled.event, handled.data, millis(handled, handled.at));
            out.printf("  %-10s  +%.1f ms%n", "sent", 0.0);
            out.printf("  %-10s  +%.1f ms%n", "ticked", millis(handled, ticked(handled.tick)));
            out.printf("  %-10s  +%.1f ms%n", "handled", millis(handled, handled.at));
        } finally {
            streams.unsubscribe(STREAM, CONSUMER);
            streams.drop(STREAM, true);
        }
    }

    private Handled send() throws InterruptedException {
        CompletableFuture<Handled> handled = new CompletableFuture<>();
        try (StreamConsumer consumer = streams.consumer(STREAM, CONSUMER)
                .handleBatches(batch -> {
                    if (!batch.events().isEmpty()) {
                        handled.complete(Handled.of(batch));
                    }
                })
                .start()) {
            consumer.awaitReadUp();
            streams.sender(STREAM).send(NewEvent.of("hello"));
            return handled.get(10, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new CommandFailure(ExitCode.FAILED, "the demo's event was not handled within 10 s");
        }
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
