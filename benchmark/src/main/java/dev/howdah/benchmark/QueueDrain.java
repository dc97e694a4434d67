package dev.howdah.benchmark;

import dev.howdah.core.Outcome;
import dev.howdah.queue.QueueWorker;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** What was sent in bulk is handled by a worker, up to a hundred messages a transaction, on four connections. */
final class QueueDrain implements Workload {

    private static final int CONNECTIONS = 4;
    private static final int BATCH = 100;

    private final int messages;
    private final int rounds;

    QueueDrain(int messages, int rounds) {
        this.messages = messages;
        this.rounds = rounds;
    }

    @Override
    public String name() {
        return "drain, worker of " + CONNECTIONS + ", batches of " + BATCH;
    }

    @Override
    public List<Measurement> measure(Bench bench) throws Exception {
        return List.of(
                Rounds.compare(rounds, name(), () -> worked(bench), "plain DELETE, SKIP LOCKED", () -> deleted(bench)));
    }

    private double worked(Bench bench) throws Exception {
        String queue = bench.newQueue();
        try {
            bench.howdah().queues().sender(queue).load(Bench.messages(messages));
            CountDownLatch left = new CountDownLatch(messages);
            long start = System.nanoTime();
            try (QueueWorker worker = bench.howdah()
                    .queues()
                    .worker(queue)
                    .handle(message -> {
                        left.countDown();
                        return Outcome.done();
                    })
                    .concurrency(CONNECTIONS)
                    .batch(BATCH)
                    .start()) {
                if (!left.await(5, TimeUnit.MINUTES)) {
                    throw new IllegalStateException(left.getCount() + " messages did not come");
                }
                return messages * 1e9 / (System.nanoTime() - start);
            }
        } finally {
            bench.dropQueue(queue);
        }
    }

    private double deleted(Bench bench) throws Exception {
        try (QueueTable table = QueueTable.create(bench)) {
            table.copy(messages);
            return Connections.rateUntilNothing(
                    bench, CONNECTIONS, connection -> table.take(connection, BATCH, body -> {}));
        }
    }
}
