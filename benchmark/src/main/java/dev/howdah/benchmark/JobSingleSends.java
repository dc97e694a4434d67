package dev.howdah.benchmark;

import dev.howdah.job.JobSender;
import dev.howdah.job.NewJob;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/** One job a transaction, on eight connections at once, beside both of its rows in equal tables of which nobody is told. */
final class JobSingleSends implements Workload {

    private static final int CONNECTIONS = 8;

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

    private final Duration turn;
    private final int rounds;

    JobSingleSends(Duration turn, int rounds) {
        this.turn = turn;
        this.rounds = rounds;
    }

    @Override
    public String name() {
        return "single sends, " + CONNECTIONS + " connections";
    }

    @Override
    public List<Measurement> measure(Bench bench) throws Exception {
        JobSender sender = bench.howdah().jobs().sender();
        bench.sql(DROP);
        bench.sql(CREATE);
        try {
            return List.of(Rounds.compare(
                    rounds,
                    name(),
                    () -> Connections.rate(bench, CONNECTIONS, turn, connection -> send(sender, connection)),
                    "plain INSERT into equal tables",
                    () -> Connections.rate(bench, CONNECTIONS, turn, JobSingleSends::insert)));
        } finally {
            bench.sql(DROP);
        }
    }

    private static int send(JobSender sender, Connection connection) {
        sender.send(connection, NewJob.of("job0").withPayload(Bench.PAYLOAD));
        return 1;
    }

    private static int insert(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(INSERT)) {
            statement.setBytes(1, Bench.PAYLOAD.getBytes(StandardCharsets.UTF_8));
            return statement.executeUpdate();
        }
    }
}
