package dev.howdah.benchmark;

import dev.howdah.queue.QueueSender;
import java.util.List;

/** Many messages in one transaction. */
final class QueueBulkSend implements Workload {

    private final int messages;
    private final int rounds;

    QueueBulkSend(int messages, int rounds) {
        this.messages = messages;
        this.rounds = rounds;
    }

    @Override
    public String name() {
        return "bulk send";
    }

    @Override
    public List<Measurement> measure(Bench bench) throws Exception {
        return List.of(Rounds.compare(rounds, name(), () -> sent(bench), "plain COPY", () -> copied(bench)));
    }

    private double sent(Bench bench) throws Exception {
        String queue = bench.newQueue();
        try {
            QueueSender sender = bench.howdah().queues().sender(queue);
            long start = System.nanoTime();
            sender.load(Bench.messages(messages));
            return messages * 1e9 / (System.nanoTime() - start);
        } finally {
            bench.dropQueue(queue);
        }
    }

    private double copied(Bench bench) throws Exception {
        try (QueueTable table = QueueTable.create(bench)) {
            long start = System.nanoTime();
            table.copy(messages);
            return messages * 1e9 / (System.nanoTime() - start);
        }
    }
}
