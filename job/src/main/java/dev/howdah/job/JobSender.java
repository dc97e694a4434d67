package dev.howdah.job;

import dev.howdah.core.HowdahException;
import dev.howdah.core.SqlErrors;
import dev.howdah.core.Transactions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Sends jobs: in a transaction of its own, or in the caller's, where a job is sent if and only if that commits. Errors:
 * {@link HowdahException.Duplicate} if a dedupe key is taken, {@link HowdahException.InvalidInput} for headers that are
 * no JSON object or a delay over a hundred years, {@link HowdahException.NotInstalled}; nothing is sent then. That of a
 * single job names its entrypoint.
 */
public final class JobSender {

    private final Transactions transactions;

    JobSender(Transactions transactions) {
        this.transactions = transactions;
    }

    /** Sends a job in one round trip. @return its id */
    public long send(NewJob job) {
        return transactions.statement(connection -> enqueue(connection, job));
    }

    /** Sends a job in the caller's transaction. @return its id */
    public long send(Connection connection, NewJob job) {
        return Transactions.joined(connection, c -> enqueue(c, job));
    }

    /** Sends all jobs or none, in one statement. @return their ids in the order of {@code jobs} */
    public List<Long> sendAll(List<NewJob> jobs) {
        return jobs.isEmpty() ? List.of() : transactions.statement(connection -> enqueueMany(connection, jobs));
    }

    /** Sends all jobs or none, in one statement in the caller's transaction. @return their ids in their order */
    public List<Long> sendAll(Connection connection, List<NewJob> jobs) {
        return jobs.isEmpty() ? List.of() : Transactions.joined(connection, c -> enqueueMany(c, jobs));
    }

    private static long enqueue(Connection connection, NewJob job) {
        try (PreparedStatement statement = connection.prepareStatement(JobSql.ENQUEUE)) {
            statement.setString(1, job.entrypoint());
            statement.setBytes(2, job.payload());
            statement.setInt(3, job.priority());
            statement.setString(4, job.delay().toString());
            statement.setString(5, job.dedupeKey());
            statement.setString(6, job.headers());
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        } catch (SQLException e) {
            throw SqlErrors.of(e, job.entrypoint(), null);
        }
    }

    private static List<Long> enqueueMany(Connection connection, List<NewJob> jobs) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(JobSql.ENQUEUE_MANY)) {
            statement.setArray(1, connection.createArrayOf("text", column(jobs, NewJob::entrypoint)));
            statement.setArray(2, connection.createArrayOf("bytea", payloads(jobs)));
            statement.setArray(3, connection.createArrayOf("int", column(jobs, NewJob::priority)));
            statement.setArray(4, connection.createArrayOf("text", column(jobs, NewJob::delay)));
            statement.setArray(5, connection.createArrayOf("text", column(jobs, NewJob::dedupeKey)));
            statement.setArray(6, connection.createArrayOf("text", column(jobs, NewJob::headers)));
            try (ResultSet rows = statement.executeQuery()) {
                List<Long> ids = new ArrayList<>(jobs.size());
                while (rows.next()) {
                    ids.add(rows.getLong(1));
                }
                return ids;
            }
        }
    }

    private static Object[] column(List<NewJob> jobs, Function<NewJob, ?> field) {
        return jobs.stream().map(field).toArray();
    }

    private static byte[][] payloads(List<NewJob> jobs) {
        return jobs.stream().map(NewJob::payload).toArray(byte[][]::new);
    }
}
