package dev.howdah.benchmark;

import dev.howdah.queue.QueueReader;
import java.util.List;

/** A line is read up, one message a transaction, on four connections. */
final class QueueSingleReads implements Workload {

    private static final int CONNECTIONS = 4;

    private final int messages;
    private final int rounds;

    QueueSingleReads(int messages, int rounds) {
        this.messages = messages;
        this.rounds = rounds;
    }

    @Override
    public String name() {
        return "single reads, " + CONNECTIONS + " connections";
    }

    @Override
    public List<Measurement> measure(Bench bench) throws Exception {
        return List.of(
                Rounds.compare(rounds, name(), () -> read(bench), "plain DELETE, SKIP LOCKED", () -> deleted(bench)));
    }

    private double read(Bench bench) throws Exception {
        String queue = bench.newQueue();
        QueueReader reader = bench.howdah().queues().reader(queue);
        try {
            bench.howdah().queues().sender(queue).load(Bench.messages(messages));
            QueueBacklog.awaitReadable(bench, queue);
            return Connections.rateUntilNothing(
                    bench, CONNECTIONS, connection -> reader.read(connection).isPresent() ? 1 : 0);
        } finally {
            bench.dropQueue(queue);
        }
    }

    private double deleted(Bench bench) throws Exception {
        try (QueueTable table = QueueTable.create(bench)) {
            table.copy(messages);
            return Connections.rateUntilNothing(
                    bench, CONNECTIONS, connection -> table.take(connection, 1, body -> {}));
        }
    }
}
