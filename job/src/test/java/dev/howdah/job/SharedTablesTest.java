package dev.howdah.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.howdah.core.Outcome;
import dev.howdah.core.Transactions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Workers of PGQueuer and Howdah's on the same jobs at once; PGQueuer's by the statements that it documents. */
class SharedTablesTest extends JobWorkerBase {

    private static final int JOBS = 600;

    private static final String DEQUEUE = """
            with next as (
                select id from pgqueuer
                 where entrypoint = 'shared' and status = 'queued' and execute_after < now()
                 order by priority desc, id
                 limit 10
                   for update skip locked
            ), updated as (
                update pgqueuer
                   set status = 'picked', updated = now(), heartbeat = now(), queue_manager_id = ?
                 where id in (select id from next)
                returning *
            ), logged as (
                insert into pgqueuer_log (job_id, status, entrypoint, priority)
                select id, status, entrypoint, priority from updated
            )
            select id, attempts from updated order by priority desc, id""";

    private static final String FINISH = """
            with deleted as (
                delete from pgqueuer where id = ? returning id, entrypoint, priority
            )
            insert into pgqueuer_log (job_id, status, entrypoint, priority)
            select id, 'successful', entrypoint, priority from deleted""";

    private static final String RETRY = """
            with updated as (
                update pgqueuer
                   set status = 'queued', execute_after = now(), attempts = attempts + 1, queue_manager_id = null
                 where id = ?
                returning *
            )
            insert into pgqueuer_log (job_id, status, entrypoint, priority)
            select id, status, entrypoint, priority from updated""";

    private final Set<String> handled = ConcurrentHashMap.newKeySet();

    @Test
    void eachJobIsWorkedOnceByWhomever() throws Exception {
        List<Long> ids = jobs.sender()
                .sendAll(IntStream.range(0, JOBS)
                        .mapToObj(i -> NewJob.of("shared").withPriority(i % 3))
                        .toList());
        List<Thread> others = new ArrayList<>();
        Set<Long> theirs = ConcurrentHashMap.newKeySet();
        Set<Long> ours = ConcurrentHashMap.newKeySet();
        for (int i = 0; i < 2; i++) {
            others.add(new Thread(() -> Transactions.over(database.dataSource()).statement(c -> workAll(c, theirs))));
        }
        try (JobWorker first = worker(ours);
                JobWorker second = worker(ours)) {
            others.forEach(Thread::start);
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> database.value("select count(*) from pgqueuer").equals("0"));
            for (Thread other : others) {
                other.join();
            }
        }
        assertThat(theirs).isNotEmpty();
        assertThat(ours).isNotEmpty();
        assertThat(handled).hasSize(JOBS + JOBS / 10); // each tenth a second time
        assertThat(database.value("select count(distinct job_id) from pgqueuer_log where status = 'successful'"))
                .isEqualTo("" + ids.size());
        assertThat(database.value("select count(*) from pgqueuer_log where status = 'successful'"))
                .isEqualTo("" + ids.size());
    }

    private JobWorker worker(Set<Long> ours) {
        return jobs.worker()
                .handle("shared", job -> {
                    handle(job.id(), job.attempts());
                    ours.add(job.id());
                    return job.id() % 10 == 0 && job.attempts() == 0 ? Outcome.retry(Duration.ZERO) : Outcome.done();
                })
                .concurrency(3)
                .poll(Duration.ofMillis(50))
                .start();
    }

    private void handle(long id, int attempts) {
        if (!handled.add(id + " " + attempts)) {
            throw new AssertionError("job " + id + " was worked twice in attempt " + attempts);
        }
        Thread.yield();
    }

    /** Until there are none. */
    private Void workAll(Connection connection, Set<Long> theirs) throws SQLException {
        UUID worker = UUID.randomUUID();
        while (!database.value("select count(*) from pgqueuer").equals("0")) {
            try (PreparedStatement dequeue = connection.prepareStatement(DEQUEUE)) {
                dequeue.setObject(1, worker);
                try (ResultSet rows = dequeue.executeQuery()) {
                    while (rows.next()) {
                        long id = rows.getLong(1);
                        handle(id, rows.getInt(2));
                        theirs.add(id);
                        end(connection, id % 10 == 0 && rows.getInt(2) == 0 ? RETRY : FINISH, id);
                    }
                }
            }
        }
        return null;
    }

    private static void end(Connection connection, String sql, long id) throws SQLException {
        try (PreparedStatement end = connection.prepareStatement(sql)) {
            end.setLong(1, id);
            end.executeUpdate();
        }
    }
}
