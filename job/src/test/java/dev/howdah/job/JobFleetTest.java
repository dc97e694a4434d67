package dev.howdah.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.howdah.core.Outcome;
import dev.howdah.core.Wakeups;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.postgresql.ds.PGSimpleDataSource;

/** Processes that share a limit of one, some of which are killed: never two at work, and no job lost. */
class JobFleetTest extends JobWorkerBase {

    private static final int PROCESSES = 4;

    @Test
    void neverTwoAtWorkAndNoneLostThoughWorkersAreKilled() throws Exception {
        work(40, 2);
    }

    /** -DargLine=-Dhowdah.long=true: some minutes. */
    @Test
    @EnabledIfSystemProperty(named = "howdah.long", matches = "true")
    void neverTwoAtWorkAndNoneLostInTheLongRun() throws Exception {
        work(1_000, 12);
    }

    private void work(int count, int kills) throws Exception {
        database.run("create table twice (job_id bigint)");
        jobs.sender()
                .sendAll(IntStream.range(0, count)
                        .mapToObj(i -> NewJob.of("one"))
                        .toList());
        List<Process> fleet = new ArrayList<>();
        try {
            for (int i = 0; i < PROCESSES; i++) {
                fleet.add(start());
            }
            for (int kill = 1; kill <= kills; kill++) {
                int done = count * kill / (kills + 1);
                await().atMost(Duration.ofMinutes(2)).until(() -> ended() >= done);
                Process killed = fleet.remove(0);
                killed.destroyForcibly().waitFor();
                fleet.add(start());
            }
            await().atMost(Duration.ofMinutes(2))
                    .until(() -> database.value("select count(*) from pgqueuer").equals("0"));
        } finally {
            fleet.forEach(Process::destroyForcibly);
        }
        assertThat(database.column("select job_id from twice")).isEmpty();
        assertThat(database.value("select count(distinct job_id) from pgqueuer_log where status = 'successful'"))
                .isEqualTo("" + count);
        assertThat(ended()).isEqualTo(count);
    }

    private int ended() {
        return Integer.parseInt(database.value("select count(*) from pgqueuer_log where status = 'successful'"));
    }

    private Process start() throws Exception {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "-XX:TieredStopAtLevel=1",
                        "-Dlogback.configurationFile=" + System.getProperty("logback.configurationFile"),
                        Member.class.getName(),
                        database.address().url())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    /** A process of the fleet. While its handler is at work it has a lock that no two can have. */
    public static final class Member {
        public static void main(String[] args) throws InterruptedException {
            PGSimpleDataSource dataSource = new PGSimpleDataSource();
            java.net.URI url = java.net.URI.create(args[0]);
            String[] user = url.getUserInfo().split(":");
            dataSource.setURL("jdbc:postgresql://" + url.getHost() + ":" + url.getPort() + url.getPath());
            dataSource.setUser(user[0]);
            dataSource.setPassword(user[1]);
            Jobs jobs = Jobs.over(dataSource, dataSource, Wakeups.over(dataSource));
            jobs.worker()
                    .handle(
                            "one",
                            job -> {
                                alone(dataSource, job.id());
                                return Outcome.done();
                            },
                            HandlerOptions.defaults().withLimit(1))
                    .heartbeatTimeout(Duration.ofSeconds(1))
                    .poll(Duration.ofMillis(200))
                    .start();
            new CountDownLatch(1).await();
        }

        private static void alone(PGSimpleDataSource dataSource, long jobId) throws Exception {
            try (Connection connection = dataSource.getConnection();
                    Statement statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                boolean isAlone;
                try (ResultSet row = statement.executeQuery("select pg_try_advisory_xact_lock(4711)")) {
                    row.next();
                    isAlone = row.getBoolean(1);
                }
                if (!isAlone) {
                    statement.execute("insert into twice values (" + jobId + ")");
                }
                statement.execute("select pg_sleep(0.002)");
                connection.commit();
            }
        }
    }
}
