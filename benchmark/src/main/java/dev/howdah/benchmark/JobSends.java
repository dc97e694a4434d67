package dev.howdah.benchmark;

import dev.howdah.job.JobSender;
import dev.howdah.job.NewJob;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/** A job, beside both of its rows in equal tables of which nobody is told. */
final class JobSends implements SingleSends.Pair {

    private static final String CREATE = """
            create table howdah_bench_jobs (like pgqueuer including all);
            create table howdah_bench_log (like pgqueuer_log including all)""";

    private static final String DROP = "drop table if exists howdah_bench_jobs, howdah_bench_log";

    private static final String INSERT = """
            with sent as (
                insert into howdah_bench_jobs (priority, entrypoint, status, payload)
                values (0, 'job0', 'queued', ?)
                returning id
            )
            insert into howdah_bench_log (job_id, status, priority, entrypoint) select id, 'queued', 0, 'job0' from sent""";

    private final Bench bench;
    private final JobSender sender;

    JobSends(Bench bench) {
        this.bench = bench;
        bench.sql(DROP);
        bench.sql(CREATE);
        sender = bench.howdah().jobs().sender();
    }

    @Override
    public void send(Connection connection) {
        sender.send(connection, NewJob.of("job0").withPayload(Bench.PAYLOAD));
    }

    @Override
    public void insert(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(INSERT)) {
            statement.setBytes(1, Bench.PAYLOAD.getBytes(StandardCharsets.UTF_8));
            statement.executeUpdate();
        }
    }

    @Override
    public void close() {
        bench.sql(DROP);
    }
}
