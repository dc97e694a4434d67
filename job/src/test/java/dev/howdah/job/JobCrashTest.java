package dev.howdah.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.howdah.core.Outcome;
import dev.howdah.core.Wakeups;
import dev.howdah.embedded.EmbeddedPostgres;
import dev.howdah.install.Installer;
import dev.howdah.testkit.TestSql;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** PostgreSQL itself is killed while a worker works, whose claims and ends of jobs it does not wait to have on disk. */
class JobCrashTest {

    private static final int JOBS = 3_000;
    private static final int CRASHES = 3;

    private final Set<Long> worked = ConcurrentHashMap.newKeySet();
    private final AtomicInteger begun = new AtomicInteger();
    private final List<CountDownLatch> reached = latches();
    private final List<CountDownLatch> crashed = latches();

    @Test
    void everyJobIsWorkedAndEndsThoughPostgresCrashes(@TempDir Path home) throws Exception {
        EmbeddedPostgres postgres = start(home, 0);
        try {
            int port = postgres.port();
            TestSql sql = new TestSql(postgres.address().dataSource());
            Installer.forWingsOnClassPath().install(sql.dataSource());
            try (Wakeups wakeups = Wakeups.over(sql.dataSource());
                    Jobs jobs = Jobs.over(sql.dataSource(), sql.dataSource(), wakeups)) {
                Set<Long> sent = new HashSet<>(jobs.sender().sendAll(jobs()));
                try (JobWorker worker = worker(jobs)) {
                    for (int crash = 0; crash < CRASHES; crash++) {
                        assertThat(reached.get(crash).await(60, TimeUnit.SECONDS))
                                .isTrue();
                        postgres.kill();
                        crashed.get(crash).countDown();
                        postgres.close();
                        postgres = start(home, port);
                    }
                    await().atMost(Duration.ofSeconds(60))
                            .untilAsserted(() -> assertThat(sql.column(
                                            "select status || ' ' || count(*) from pgqueuer group by status"))
                                    .containsExactly("failed " + JOBS / 10));
                }
                assertThat(worked).isEqualTo(sent);
                assertThat(sql.value("select count(*) from pgqueuer where id % 10 = 0"))
                        .isEqualTo("" + JOBS / 10);
                assertThat(sql.value("select count(*) from pgqueuer")).isEqualTo("" + JOBS / 10);
                assertThat(sql.value("select count(distinct job_id) from pgqueuer_log where status = 'successful'"))
                        .isEqualTo("" + (JOBS - JOBS / 10));
            }
        } finally {
            postgres.close();
        }
    }

    private static List<NewJob> jobs() {
        return IntStream.range(0, JOBS).mapToObj(i -> NewJob.of("a")).toList();
    }

    private JobWorker worker(Jobs jobs) {
        return jobs.worker()
                .handle("a", job -> {
                    awaitCrash(begun.incrementAndGet());
                    worked.add(job.id());
                    return job.id() % 10 == 0 ? Outcome.deadLetter("hold it") : Outcome.done();
                })
                .onFailure(JobWorker.OnFailure.HOLD)
                .heartbeatTimeout(Duration.ofSeconds(2))
                .poll(Duration.ofMillis(100))
                .start();
    }

    /** One job after each quarter of them is at work when PostgreSQL is killed. */
    private void awaitCrash(int nr) throws InterruptedException {
        int every = JOBS / (CRASHES + 1);
        if (nr % every == 0 && nr / every <= CRASHES) {
            reached.get(nr / every - 1).countDown();
            crashed.get(nr / every - 1).await();
        }
    }

    private static List<CountDownLatch> latches() {
        return Stream.generate(() -> new CountDownLatch(1)).limit(CRASHES).toList();
    }

    private static EmbeddedPostgres start(Path home, int port) {
        return EmbeddedPostgres.builder()
                .home(home.resolve("postgres"))
                .port(port)
                .start();
    }
}
