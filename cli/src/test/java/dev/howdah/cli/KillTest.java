package dev.howdah.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is left when everything is killed while jobs run. */
class KillTest {

    private static final int JOBS = 1_000;

    @TempDir
    Path data;

    private final int pgPort = Up.freePort();
    private final int httpPort = Up.freePort();

    @Test
    void everyJobEndsThoughServerDatabaseAndWorkerAreKilled() {
        Up first = Up.on(data, pgPort, httpPort);
        enqueueHalf(first);
        HowdahProcess survivor = work(first);
        HowdahProcess victim = work(first);
        awaitSuccessful(first, JOBS / 10);

        first.process().kill();
        Up second = Up.on(data, pgPort, httpPort);
        enqueueHalf(second); // those of before may all be done by now
        awaitSuccessful(second, JOBS / 2 + JOBS / 10);

        victim.kill();
        second.run("create table flushed ()"); // claims do not wait for the disk: with this commit they are on it
        ProcessHandle postmaster = second.postmaster();
        second.process().kill();
        postmaster.destroyForcibly();
        try (Up third = Up.on(data, pgPort, httpPort)) {
            await().atMost(Duration.ofMinutes(2))
                    .until(() -> third.value("select count(*) from pgqueuer").equals("0"));
            survivor.terminate();
            assertThat(third.value("select count(distinct job_id) from pgqueuer_log where status = 'queued'"))
                    .isEqualTo("" + JOBS);
            assertThat(third.value("select count(distinct job_id) from pgqueuer_log where status = 'successful'"))
                    .isEqualTo("" + JOBS);
            assertThat(third.value("select count(*) from pgqueuer_log where status = 'successful'"))
                    .isEqualTo("" + JOBS);
            List<String> twice = third.column("""
                    select job_id from pgqueuer_log group by job_id
                    having count(*) filter (where status = 'picked') > count(*) filter (where status = 'queued')""");
            System.out.println("ran twice: " + twice);
            assertThat(twice)
                    .as("what a kill interrupts is run again")
                    .isNotEmpty()
                    .hasSizeLessThan(JOBS / 10);
        } finally {
            survivor.close();
        }
    }

    private static void enqueueHalf(Up up) {
        up.column("select fn_pgqueuer_enqueue('k', convert_to(n::text, 'utf8')) from generate_series(1, " + JOBS / 2
                + ") n");
    }

    private static HowdahProcess work(Up up) {
        return HowdahProcess.start(
                "work",
                "k",
                "--db",
                up.url(),
                "--concurrency",
                "4",
                "--heartbeat-timeout",
                "3",
                "--quiet",
                "--",
                "sleep",
                "0.05");
    }

    private static void awaitSuccessful(Up up, int count) {
        await().atMost(Duration.ofMinutes(2))
                .until(() -> Integer.parseInt(up.value("select count(*) from pgqueuer_log where status = 'successful'"))
                        >= count);
    }
}
