package dev.howdah.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.howdah.core.Transactions;
import dev.howdah.core.Wakeups;
import dev.howdah.testkit.TestDatabase;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;

/** A database for each test, and what the tests of workers ask of it. */
abstract class JobWorkerBase {

    static final Duration NEVER = Duration.ofHours(1);

    @AutoClose
    final TestDatabase database = TestDatabase.installed();

    final Wakeups wakeups = Wakeups.over(database.dataSource());
    final Jobs jobs = Jobs.over(database.dataSource(), database.dataSource(), wakeups);
    /** As another process has it, which knows nothing of the workers of {@link #jobs}. */
    final Jobs elsewhere = Jobs.over(database.dataSource(), database.dataSource(), wakeups);

    @AfterEach
    void closeWakeups() {
        wakeups.close();
    }

    JobDatabase database() {
        return new JobDatabase(Transactions.over(database.dataSource()), JobNames.standard());
    }

    JobWorker start(String entrypoint, JobHandler handler) {
        return jobs.worker().handle(entrypoint, handler).poll(NEVER).start();
    }

    void awaitLog(long id, String... statuses) {
        String expected = String.join(" ", statuses);
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(log(id)).isEqualTo(expected));
    }

    String log(long id) {
        return database.value(
                "select string_agg(status::text, ' ' order by id) from pgqueuer_log where job_id = " + id);
    }
}
