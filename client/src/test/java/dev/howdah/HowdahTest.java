package dev.howdah;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.howdah.core.Outcome;
import dev.howdah.job.JobSender;
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
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
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
