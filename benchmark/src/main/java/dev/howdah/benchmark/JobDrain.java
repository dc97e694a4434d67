package dev.howdah.benchmark;

import dev.howdah.core.Outcome;
import dev.howdah.job.JobWorker;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** A backlog is worked off by one worker, beside the bare statements that this needs, in batches on four connections. */
final class JobDrain implements Workload {

    private static final int CONNECTIONS = 4;
    private static final int BATCH = 1_000;

    private static final String CLAIM = """
            update pgqueuer
               set status = 'picked', queue_manager_id = ?, updated = now(), heartbeat = now()
             where id = any (array(select id from pgqueuer
                                    where status = 'queued' and entrypoint = 'job0' and execute_after <= now()
                                    order by priority desc, id
                                    limit 1000
                                      for update skip locked))
            returning id, entrypoint, payload, priority, attempts, created, dedupe_key, headers""";

    private static final String LOG = """
            insert into pgqueuer_log (job_id, status, priority, entrypoint)
            select id, ?::pgqueuer_status, 0, 'job0' from unnest(?::bigint[]) as id""";

    private static final String DELETE = "delete from pgqueuer where id = any (?) and queue_manager_id = ?";

    private final int jobs;
    private final int rounds;

    JobDrain(int jobs, int rounds) {
        this.jobs = jobs;
        this.rounds = rounds;
    }

    @Override
    public String name() {
        return "drain";
    }

    @Override
    public List<Measurement> measure(Bench bench) throws Exception {
        return List.of(Rounds.compare(
                rounds,
                "drain " + jobs + " jobs",
                () -> rate(bench, () -> work(bench)),
                "bare statements",
                () -> rate(bench, () -> claimAndDelete(bench))));
    }

    private double rate(Bench bench, Callable<?> drain) throws Exception {
        JobTables.empty(bench);
        JobTables.fill(bench, jobs, 1);
        long start = System.nanoTime();
        drain.call();
        double rate = jobs * 1e9 / (System.nanoTime() - start);
        if (!bench.value("select count(*) from pgqueuer").equals("0")) {
            throw new IllegalStateException("some jobs were not drained");
        }
        return rate;
    }

    /** Until the last outcome is written. */
    private Void work(Bench bench) throws InterruptedException {
        CountDownLatch left = new CountDownLatch(jobs);
        try (JobWorker worker = bench.howdah()
                .jobs()
                .worker()
                .handle("job0", job -> {
                    left.countDown();
                    return Outcome.done();
                })
                .start()) {
            if (!left.await(5, TimeUnit.MINUTES)) {
                throw new IllegalStateException(left.getCount() + " jobs did not come");
            }
        }
        return null;
    }

    private static Void claimAndDelete(Bench bench) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(CONNECTIONS);
        try {
            List<Callable<Void>> all = new ArrayList<>();
            for (int i = 0; i < CONNECTIONS; i++) {
                all.add(() -> {
                    try (Connection connection = bench.dataSource().getConnection()) {
                        UUID worker = UUID.randomUUID();
                        while (batch(connection, worker) > 0) {}
                    }
                    return null;
                });
            }
            for (var drained : threads.invokeAll(all)) {
                drained.get();
            }
            return null;
        } finally {
            threads.shutdown();
        }
    }

    /** A transaction to claim some, another to end them. */
    private static int batch(Connection connection, UUID worker) throws SQLException {
        connection.setAutoCommit(false);
        try {
            Array ids =
                    connection.createArrayOf("int8", claim(connection, worker).toArray());
            log(connection, "picked", ids);
            connection.commit();
            int deleted = delete(connection, worker, ids);
            log(connection, "successful", ids);
            connection.commit();
            return deleted;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    private static List<Long> claim(Connection connection, UUID worker) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(CLAIM)) {
            statement.setObject(1, worker);
            List<Long> ids = new ArrayList<>(BATCH);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    ids.add(rows.getLong(1));
                }
            }
            return ids;
        }
    }

    private static void log(Connection connection, String status, Array ids) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(LOG)) {
            statement.setString(1, status);
            statement.setArray(2, ids);
            statement.executeUpdate();
        }
    }

    private static int delete(Connection connection, UUID worker, Array ids) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(DELETE)) {
            statement.setArray(1, ids);
            statement.setObject(2, worker);
            return statement.executeUpdate();
        }
    }
}
