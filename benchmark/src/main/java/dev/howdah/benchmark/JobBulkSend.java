package dev.howdah.benchmark;

import dev.howdah.job.NewJob;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;

/** Many jobs in one transaction, beside plain COPY of the same rows into the two tables. */
final class JobBulkSend implements Workload {

    private final int jobs;
    private final int rounds;

    JobBulkSend(int jobs, int rounds) {
        this.jobs = jobs;
        this.rounds = rounds;
    }

    @Override
    public String name() {
        return "bulk send";
    }

    @Override
    public List<Measurement> measure(Bench bench) throws Exception {
        String payload = "\\\\x" + HexFormat.of().formatHex(Bench.PAYLOAD.getBytes(StandardCharsets.UTF_8));
        String rows = ("0\tjob0\tqueued\t" + payload + "\n").repeat(jobs);
        StringBuilder log = new StringBuilder();
        for (int id = 1; id <= jobs; id++) {
            log.append(id).append("\tqueued\t0\tjob0\n");
        }
        String logRows = log.toString();
        return List.of(Rounds.compare(
                rounds,
                "bulk send " + jobs + " jobs",
                () -> rate(
                        bench,
                        () -> bench.howdah()
                                .jobs()
                                .sender()
                                .load(Stream.generate(() -> NewJob.of("job0").withPayload(Bench.PAYLOAD))
                                        .limit(jobs)
                                        .iterator())),
                "plain COPY into both tables",
                () -> rate(bench, () -> copy(bench, rows, logRows))));
    }

    private static void copy(Bench bench, String rows, String log) throws Exception {
        try (Connection connection = bench.dataSource().getConnection()) {
            connection.setAutoCommit(false);
            CopyManager copies = connection.unwrap(PGConnection.class).getCopyAPI();
            copies.copyIn("copy pgqueuer (priority, entrypoint, status, payload) from stdin", new StringReader(rows));
            copies.copyIn("copy pgqueuer_log (job_id, status, priority, entrypoint) from stdin", new StringReader(log));
            connection.commit();
            connection.setAutoCommit(true);
        }
    }

    /** Sends all. */
    @FunctionalInterface
    private interface Send {
        void run() throws Exception;
    }

    private double rate(Bench bench, Send send) throws Exception {
        JobTables.empty(bench);
        long start = System.nanoTime();
        send.run();
        return jobs * 1e9 / (System.nanoTime() - start);
    }
}
