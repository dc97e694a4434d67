package dev.howdah.benchmark;

import dev.howdah.queue.MessageFilter;
import dev.howdah.queue.NewMessage;
import dev.howdah.queue.QueueReader;
import java.sql.Connection;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/** What a read costs in a long line, of five priorities: beside a short one, and with a filter for one in a thousand. */
final class QueueBacklog implements Workload {

    private static final int SHORT = 1_000;
    private static final int READS = 500;
    private static final int FILTERED_READS = 5;
    private static final MessageFilter RARE = MessageFilter.properties("{\"customer\": \"rare\"}");

    private final int waiting;
    private final int rounds;

    QueueBacklog(int waiting, int rounds) {
        this.waiting = waiting;
        this.rounds = rounds;
    }

    @Override
    public String name() {
        return "reads, %,d waiting".formatted(waiting);
    }

    @Override
    public List<Measurement> measure(Bench bench) throws Exception {
        String longLine = bench.newQueue();
        String shortLine = bench.newQueue();
        try {
            load(bench, longLine, waiting);
            load(bench, shortLine, SHORT);
            return List.of(
                    Rounds.compare(
                            rounds,
                            name(),
                            () -> read(bench, longLine, READS, MessageFilter.NONE),
                            "%,d waiting".formatted(SHORT),
                            () -> read(bench, shortLine, READS, MessageFilter.NONE)),
                    Rounds.compare(
                            rounds,
                            name() + ", one in 1,000 wanted",
                            () -> read(bench, longLine, FILTERED_READS, RARE),
                            "any wanted",
                            () -> read(bench, longLine, READS, MessageFilter.NONE)));
        } finally {
            bench.dropQueue(longLine);
            bench.dropQueue(shortLine);
        }
    }

    private static void load(Bench bench, String queue, int count) {
        Iterator<NewMessage> messages = IntStream.range(0, count)
                .mapToObj(nr -> NewMessage.json(Bench.PAYLOAD)
                        .withPriority(nr % 5)
                        .withProperties(nr % 1_000 == 500 ? "{\"customer\": \"rare\"}" : "{\"customer\": \"other\"}"))
                .iterator();
        bench.howdah().queues().sender(queue).load(messages);
    }

    /** One a transaction, on one connection; what was read is sent again, without a filter. */
    private static double read(Bench bench, String queue, int reads, MessageFilter filter) throws Exception {
        awaitReadable(bench, queue);
        QueueReader reader = bench.howdah().queues().reader(queue);
        try (Connection connection = bench.dataSource().getConnection()) {
            long start = System.nanoTime();
            for (int i = 0; i < reads; i++) {
                if (reader.read(connection, filter).isEmpty()) {
                    throw new IllegalStateException("nothing to read");
                }
            }
            double rate = reads * 1e9 / (System.nanoTime() - start);
            if (filter != RARE) {
                load(bench, queue, reads);
            }
            return rate;
        }
    }

    /** Readers may have to wait for the keeper's next round, which no workload is to count. Takes one message. */
    static void awaitReadable(Bench bench, String queue) throws Exception {
        QueueReader reader = bench.howdah().queues().reader(queue);
        long end = System.nanoTime() + 60_000_000_000L;
        try (Connection connection = bench.dataSource().getConnection()) {
            while (reader.read(connection).isEmpty()) {
                if (System.nanoTime() > end) {
                    throw new IllegalStateException("nothing to read");
                }
                LockSupport.parkNanos(1_000_000);
            }
        }
    }
}
