package dev.howdah.benchmark;

import dev.howdah.queue.NewMessage;
import dev.howdah.queue.QueueSender;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;

/** One message a transaction, on eight connections at once. */
final class QueueSingleSends implements Workload {

    private static final int CONNECTIONS = 8;

    private final Duration turn;
    private final int rounds;

    QueueSingleSends(Duration turn, int rounds) {
        this.turn = turn;
        this.rounds = rounds;
    }

    @Override
    public String name() {
        return "single sends, " + CONNECTIONS + " connections";
    }

    @Override
    public List<Measurement> measure(Bench bench) throws Exception {
        String queue = bench.newQueue();
        QueueSender sender = bench.howdah().queues().sender(queue);
        try (QueueTable table = QueueTable.create(bench)) {
            return List.of(Rounds.compare(
                    rounds,
                    name(),
                    () -> Connections.rate(bench, CONNECTIONS, turn, connection -> send(sender, connection)),
                    "plain INSERT",
                    () -> Connections.rate(
                            bench, CONNECTIONS, turn, connection -> table.insert(connection, Bench.PAYLOAD))));
        } finally {
            bench.dropQueue(queue);
        }
    }

    private static int send(QueueSender sender, Connection connection) {
        sender.send(connection, NewMessage.json(Bench.PAYLOAD));
        return 1;
    }
}
