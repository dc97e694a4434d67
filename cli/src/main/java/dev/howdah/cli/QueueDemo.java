package dev.howdah.cli;

import dev.howdah.Howdah;
import dev.howdah.core.Outcome;
import dev.howdah.queue.Message;
import dev.howdah.queue.NewMessage;
import dev.howdah.queue.QueueWorker;
import dev.howdah.queue.Queues;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Sends messages to a queue of its own, handles them, shows the way of the last one, and removes the queue. */
final class QueueDemo {

    private static final String QUEUE = "howdah_demo";
    /** So that what is shown is not how long classes take to load. */
    private static final int WARM_UP = 20;

    private final Queues queues;

    QueueDemo(Howdah howdah) {
        this.queues = howdah.queues();
    }

    /** What the handler saw. */
    private record Handled(Instant at, long message, Instant sent, String body) {
        static Handled of(Message message) {
            return new Handled(Instant.now(), message.id(), message.time(), message.body());
        }
    }

    void run(PrintWriter out) throws InterruptedException {
        if (queues.list().stream().anyMatch(queue -> queue.name().equals(QUEUE))) {
            queues.drop(QUEUE); // an earlier demo was cut off
        }
        queues.create(QUEUE);
        BlockingQueue<Handled> handled = new LinkedBlockingQueue<>();
        try (QueueWorker worker = queues.worker(QUEUE)
                .handle(message -> {
                    handled.add(Handled.of(message));
                    return Outcome.done();
                })
                .start()) {
            for (int i = 0; i < WARM_UP; i++) {
                queues.sender(QUEUE).send(NewMessage.json("\"warm-up\""));
                next(handled);
            }
            queues.sender(QUEUE).send(NewMessage.json("\"hello\""));
            Handled last = next(handled);
            worker.awaitNothingToRead();
            print(last, Instant.now(), out);
        } finally {
            queues.drop(QUEUE);
        }
    }

    private static Handled next(BlockingQueue<Handled> handled) throws InterruptedException {
        Handled next = handled.poll(10, TimeUnit.SECONDS);
        if (next == null) {
            throw new CommandFailure(ExitCode.FAILED, "the demo's message was not handled within 10 s");
        }
        return next;
    }

    private static void print(Handled handled, Instant gone, PrintWriter out) {
        out.printf(
                "%nThe way of a message: %d was sent, after %d to warm up, and its handler had %s after %.1f ms%n",
                handled.message, WARM_UP, handled.body, millis(handled, handled.at));
        out.printf("  %-10s  +%.1f ms%n", "sent", 0.0);
        out.printf("  %-10s  +%.1f ms%n", "read", millis(handled, handled.at));
        out.printf("  %-10s  +%.1f ms%n", "gone", millis(handled, gone));
    }

    /** By the clock of this machine, which is the database's. */
    private static double millis(Handled handled, Instant time) {
        return Duration.between(handled.sent, time).toNanos() / 1e6;
    }
}
