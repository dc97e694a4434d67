package dev.howdah.benchmark;

import dev.howdah.queue.NewMessage;
import dev.howdah.queue.QueueSender;
import java.sql.Connection;
import java.sql.SQLException;

/** A message, beside a row of a table like a queue's. */
final class QueueSends implements SingleSends.Pair {

    private final Bench bench;
    private final String queue;
    private final QueueSender sender;
    private final QueueTable table;

    QueueSends(Bench bench) {
        this.bench = bench;
        table = QueueTable.create(bench);
        queue = bench.newQueue();
        sender = bench.howdah().queues().sender(queue);
    }

    @Override
    public void send(Connection connection) {
        sender.send(connection, NewMessage.json(Bench.PAYLOAD));
    }

    @Override
    public void insert(Connection connection) throws SQLException {
        table.insert(connection, Bench.PAYLOAD);
    }

    @Override
    public void close() {
        bench.dropQueue(queue);
        table.close();
    }
}
