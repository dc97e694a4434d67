package dev.howdah.benchmark;

import dev.howdah.core.Outcome;
import dev.howdah.core.Threads;
import dev.howdah.queue.NewMessage;
import dev.howdah.queue.QueueSender;
import dev.howdah.queue.QueueWorker;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** A way to have a queue: Howdah's, or the plain table. */
interface QueueDesign extends AutoCloseable {

    int READERS = 4;

    String name();

    void send(Connection connection, String body) throws SQLException;

    /** Four readers, each message to {@code handler}; closing them waits for their end. */
    AutoCloseable read(Consumer<String> handler);

    /** Reads one message in {@code connection}'s transaction. */
    void readOne(Connection connection) throws SQLException;

    static QueueDesign howdah(Bench bench) {
        String queue = bench.newQueue();
        QueueSender sender = bench.howdah().queues().sender(queue);
        return new QueueDesign() {
            @Override
            public String name() {
                return "queue";
            }

            @Override
            public void send(Connection connection, String body) {
                sender.send(connection, NewMessage.json(body));
            }

            @Override
            public QueueWorker read(Consumer<String> handler) {
                return bench.howdah()
                        .queues()
                        .worker(queue)
                        .handle(message -> {
                            handler.accept(message.body());
                            return Outcome.done();
                        })
                        .concurrency(READERS)
                        .start();
            }

            @Override
            public void readOne(Connection connection) {
                bench.howdah().queues().reader(queue).read(connection);
            }

            @Override
            public void close() {
                bench.dropQueue(queue);
            }
        };
    }

    static QueueDesign plainTable(Bench bench) {
        QueueTable table = QueueTable.create(bench);
        return new QueueDesign() {
            @Override
            public String name() {
                return "plain table";
            }

            @Override
            public void send(Connection connection, String body) throws SQLException {
                table.insert(connection, body);
            }

            @Override
            public AutoCloseable read(Consumer<String> handler) {
                ExecutorService threads = Threads.perTask("howdah-bench");
                for (int i = 0; i < READERS; i++) {
                    threads.submit(() -> readUntilInterrupted(bench, table, handler));
                }
                return () -> {
                    threads.shutdownNow();
                    threads.awaitTermination(1, TimeUnit.MINUTES);
                };
            }

            @Override
            public void readOne(Connection connection) throws SQLException {
                table.take(connection, 1, body -> {});
            }

            @Override
            public void close() {
                table.close();
            }
        };
    }

    private static Void readUntilInterrupted(Bench bench, QueueTable table, Consumer<String> handler)
            throws SQLException {
        try (Connection connection = bench.dataSource().getConnection()) {
            while (!Thread.currentThread().isInterrupted()) {
                if (table.take(connection, 100, handler) == 0) {
                    LockSupport.parkNanos(2_000_000);
                }
            }
        }
        return null;
    }

    @Override
    void close();
}
