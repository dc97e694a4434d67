package dev.howdah;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.howdah.core.Outcome;
import dev.howdah.job.HandlerOptions;
import dev.howdah.job.JobEnd;
import dev.howdah.job.JobSchedule;
import dev.howdah.job.JobSender;
import dev.howdah.job.JobStatus;
import dev.howdah.job.JobWorker;
import dev.howdah.job.NewJob;
import dev.howdah.stream.Event;
import dev.howdah.stream.NewEvent;
import dev.howdah.stream.StreamConsumer;
import dev.howdah.stream.StreamSender;
import dev.howdah.stream.Streams;
import dev.howdah.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What the README shows of Java. */
class HowdahTest {

    @AutoClose
    static final TestDatabase database = TestDatabase.installed();

    @Test
    void anApplicationSendsAndWorksJobs() throws SQLException {
        DataSource dataSource = database.dataSource();
        List<String> worked = new CopyOnWriteArrayList<>();
        try (Howdah howdah = Howdah.over(dataSource)) {
            JobSender sender = howdah.jobs().sender();
            sender.send(NewJob.of("fetch").withPayload("https://example.org"));
            try (Connection connection = dataSource.getConnection()) {
                connection.setAutoCommit(false);
                sender.send(connection, NewJob.of("invoice").withPayload("1").withDedupeKey("invoice:1"));
                connection.rollback();
                sender.send(connection, NewJob.of("invoice").withPayload("2").withDedupeKey("invoice:2"));
                connection.commit();
            }

            try (JobWorker worker = howdah.jobs()
                    .worker()
                    .handle("fetch", job -> {
                        worked.add("fetched " + job.text());
                        return Outcome.done();
                    })
                    .handle("invoice", job -> {
                        worked.add("wrote " + job.text());
                        return Outcome.done();
                    })
                    .start()) {
                await().until(() -> worked.size() == 2);
            }
        }
        assertThat(worked).containsExactlyInAnyOrder("fetched https://example.org", "wrote 2");
        assertThat(database.column("select entrypoint from pgqueuer")).isEmpty();
        await().until(() -> database.value("select count(*) from pg_stat_activity where datname = current_database()")
                .equals("1"));
    }

    @Test
    void anApplicationAsksMoreOfItsJobs() throws Exception {
        List<Integer> indexed = new CopyOnWriteArrayList<>();
        try (Howdah howdah = Howdah.over(database.dataSource())) {
            JobSender sender = howdah.jobs().sender();
            Instant tomorrow = Instant.now().plus(Duration.ofDays(1));
            long later = sender.send(NewJob.of("mail").withRunAt(tomorrow).withExpiry(Duration.ofDays(2)));
            assertThat(sender.sendIfAbsent(NewJob.of("sync").withDedupeKey("sync:7")))
                    .isPresent();
            assertThat(sender.sendIfAbsent(NewJob.of("sync").withDedupeKey("sync:7")))
                    .isEmpty();
            long[] ids = sender.load(
                    Stream.generate(() -> NewJob.of("index")).limit(250).iterator());
            CompletableFuture<JobEnd> end = howdah.jobs().end(ids[249]);
            try (JobWorker worker = howdah.jobs()
                    .worker()
                    .handle(
                            "sync",
                            job -> Outcome.done(),
                            HandlerOptions.defaults()
                                    .withLimit(1)
                                    .withRate(100, Duration.ofMinutes(1))
                                    .withTimeout(Duration.ofMinutes(5)))
                    .handleBatches("index", 100, jobs -> {
                        indexed.add(jobs.size());
                        return Map.of();
                    })
                    .onFailure(JobWorker.OnFailure.HOLD)
                    .start()) {
                worker.awaitNothingDue();
                assertThat(end.get(20, TimeUnit.SECONDS).status()).isEqualTo(JobStatus.SUCCESSFUL);
            }
            assertThat(indexed.stream().mapToInt(Integer::intValue).sum()).isEqualTo(250);
            assertThat(howdah.jobs().cancel(List.of(later))).containsExactly(later);
            howdah.jobs()
                    .schedules()
                    .put(JobSchedule.of("0 9 * * 1-5", "report").withZone(ZoneId.of("Europe/Berlin")));
            assertThat(howdah.jobs().schedules().list()).hasSize(1);
        }
        assertThat(database.column("select entrypoint from pgqueuer")).isEmpty();
    }

    @Test
    void anApplicationSendsAndConsumesEvents() throws SQLException {
        DataSource dataSource = database.dataSource();
        database.run("create table bill (line text)");
        List<String> mailed = new CopyOnWriteArrayList<>();
        AtomicBoolean failed = new AtomicBoolean();
        try (Howdah howdah = Howdah.over(dataSource)) {
            Streams streams = howdah.streams();
            streams.create("orders");

            try (StreamConsumer mail = streams.consumer("orders", "mail")
                            .handle(event -> {
                                mailed.add(event.data());
                                return Outcome.done();
                            })
                            .start();
                    StreamConsumer billing = streams.consumer("orders", "billing")
                            .handleBatches(batch -> {
                                for (Event event : batch.events()) {
                                    write(batch.connection(), event);
                                }
                                if (!failed.getAndSet(true)) {
                                    throw new IllegalStateException("what was written is rolled back");
                                }
                            })
                            .start()) {
                StreamSender orders = streams.sender("orders");
                orders.send(NewEvent.of("created", "1"));
                try (Connection connection = dataSource.getConnection()) {
                    connection.setAutoCommit(false);
                    orders.send(connection, NewEvent.of("paid", "never"));
                    connection.rollback();
                    orders.send(connection, NewEvent.of("paid", "2"));
                    connection.commit();
                }
                await().atMost(Duration.ofSeconds(60))
                        .until(() -> mailed.size() == 2
                                && database.column("select line from bill").size() == 2);
            }
        }
        assertThat(failed).isTrue();
        assertThat(mailed).containsExactly("1", "2");
        assertThat(database.column("select line from bill order by line")).containsExactly("created 1", "paid 2");
    }

    private static void write(Connection connection, Event event) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("insert into bill values (?)")) {
            statement.setString(1, event.type() + " " + event.data());
            statement.executeUpdate();
        }
    }
}
