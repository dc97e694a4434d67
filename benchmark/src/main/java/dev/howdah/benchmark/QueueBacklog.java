package dev.howdah.benchmark;

import dev.howdah.queue.MessageFilter;
import dev.howdah.queue.NewMessage;
import dev.howdah.queue.QueueReader;
import java.sql.Connection;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/**
 * What a read costs in a long line, of five priorities: beside a short one, and with a filter for one in a thousand. The
 * same of a plain table, whose long line costs what it costs PostgreSQL.
 */
final class QueueBacklog implements Workload {

    private static final int SHORT = 1_000;
    private static final int PRIORITIES = 5;
    private static final int READS = 500;
    /** So many times that, with as many sent again in between as were read, which is not counted. */
    private static final int BLOCKS = 4;

    /** As many as the other turns read along with everything else: so each walks past a thousand, on average. */
    private static final int FILTERED_READS = 10;

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
        try (QueueTable longTable = QueueTable.create(bench, "howdah_bench_long");
                QueueTable shortTable = QueueTable.create(bench, "howdah_bench_short")) {
            load(bench, longLine, waiting);
            load(bench, shortLine, SHORT);
            longTable.copy(waiting, PRIORITIES);
            shortTable.copy(SHORT, PRIORITIES);
            settle(bench);
            String few = "%,d waiting".formatted(SHORT);
            return List.of(
                    Rounds.compare(rounds, name(), () -> read(bench, longLine), few, () -> read(bench, shortLine)),
                    Rounds.compare(
                            rounds,
                            "plain table, " + name(),
                            () -> delete(bench, longTable),
                            few,
                            () -> delete(bench, shortTable)),
                    Rounds.compare(
                            rounds,
                            name() + ", one in 1,000 wanted",
                            () -> readRare(bench, longLine),
                            "any wanted",
                            () -> read(bench, longLine)));
        } finally {
            bench.dropQueue(longLine);
            bench.dropQueue(shortLine);
        }
    }

    private static void load(Bench bench, String queue, int count) {
        Iterator<NewMessage> messages = IntStream.range(0, count)
                .mapToObj(nr -> NewMessage.json(Bench.PAYLOAD)
                        .withPriority(nr % PRIORITIES)
                        .withProperties(nr % 1_000 == 500 ? "{\"customer\": \"rare\"}" : "{\"customer\": \"other\"}"))
                .iterator();
        bench.howdah().queues().sender(queue).load(messages);
    }

    /** What PostgreSQL does within minutes of a load like that: else the first to touch a row pays for it. */
    private static void settle(Bench bench) {
        bench.sql("vacuum analyze");
    }

    private static double read(Bench bench, String queue) throws Exception {
        awaitReadable(bench, queue);
        QueueReader reader = bench.howdah().queues().reader(queue);
        return rate(
                bench, connection -> reader.read(connection).isPresent() ? 1 : 0, count -> load(bench, queue, count));
    }

    private static double delete(Bench bench, QueueTable table) throws Exception {
        return rate(bench, connection -> table.take(connection, 1, body -> {}), count -> table.copy(count, PRIORITIES));
    }

    /** Sends so many messages. */
    @FunctionalInterface
    private interface Refill {
        void of(int messages) throws Exception;
    }

    /** One a transaction, on one connection. */
    private static double rate(Bench bench, Connections.Call reader, Refill refill) throws Exception {
        long nanos = 0;
        try (Connection connection = bench.dataSource().getConnection()) {
            for (int block = 0; block < BLOCKS; block++) {
                nanos += read(connection, READS, reader);
                refill.of(READS);
            }
        }
        return BLOCKS * READS * 1e9 / nanos;
    }

    private static double readRare(Bench bench, String queue) throws Exception {
        awaitReadable(bench, queue);
        QueueReader reader = bench.howdah().queues().reader(queue);
        try (Connection connection = bench.dataSource().getConnection()) {
            long nanos =
                    read(connection, FILTERED_READS, c -> reader.read(c, RARE).isPresent() ? 1 : 0);
            return FILTERED_READS * 1e9 / nanos;
        }
    }

    private static long read(Connection connection, int reads, Connections.Call reader) throws Exception {
        long start = System.nanoTime();
        for (int i = 0; i < reads; i++) {
            if (reader.on(connection) == 0) {
                throw new IllegalStateException("nothing to read");
            }
        }
        return System.nanoTime() - start;
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
