package dev.howdah;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.howdah.core.Outcome;
import dev.howdah.job.JobSender;
import dev.howdah.job.JobWorker;
import dev.howdah.job.NewJob;
import dev.howdah.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
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
}
