package dev.howdah.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.core.DutyLoop;
import dev.howdah.core.Outcome;
import dev.howdah.core.Wakeups;
import dev.howdah.embedded.PostgresAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** A worker in another process, which is killed in the middle of a batch. */
class KilledWorkerTest extends QueueClientBase {

    @Test
    void whatItReadComesAgainCountedOnceAndWhatItWroteIsGone() throws Exception {
        sendNumbers(5);
        Process process = start();
        try {
            eventually(() -> assertThat(database.value("select pg_sequence_last_value('begun')"))
                    .isEqualTo("3"));
        } finally {
            process.destroyForcibly();
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        }
        List<String> tries = new CopyOnWriteArrayList<>();
        try (DutyLoop server = server();
                QueueWorker worker = worker().handle(message -> {
                            write(message.connection(), message.body());
                            tries.add(message.body() + "/" + message.attempts());
                            return Outcome.done();
                        })
                        .start()) {
            eventually(() -> assertThat(tries).containsExactlyInAnyOrder("1/1", "2/1", "3/1", "4/1", "5/1"));
            worker.awaitNothingToRead();
        }
        assertThat(written()).isEqualTo(numbers(5));
    }

    private Process start() throws IOException {
        database.run("create sequence begun");
        PostgresAddress address = database.address();
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        KilledWorkerTest.class.getName(),
                        address.host(),
                        Integer.toString(address.port()),
                        address.database(),
                        address.user(),
                        address.password())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    /** Handles two of a batch and hangs in the third, until it is killed or who started it is gone. */
    public static void main(String[] args) throws Exception {
        DataSource dataSource =
                new PostgresAddress(args[0], Integer.parseInt(args[1]), args[2], args[3], args[4]).dataSource();
        try (Wakeups wakeups = Wakeups.over(dataSource);
                QueueWorker worker = Queues.over(dataSource, dataSource, wakeups)
                        .worker(QUEUE)
                        .batch(10)
                        .concurrency(1)
                        .handle(message -> {
                            write(message.connection(), message.body());
                            try (var statement = message.connection().createStatement()) {
                                statement.execute("select nextval('begun')");
                            }
                            if (message.body().equals("3")) {
                                new CountDownLatch(1).await();
                            }
                            return Outcome.done();
                        })
                        .start()) {
            while (System.in.read() >= 0) {
                // until then
            }
        }
    }
}
