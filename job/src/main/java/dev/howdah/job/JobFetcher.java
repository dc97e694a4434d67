package dev.howdah.job;

import dev.howdah.core.Transactions;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** Claims jobs for one worker and keeps them its own. */
final class JobFetcher {

    private final Transactions transactions;
    private final UUID workerId;
    private final Object[] entrypoints;
    private final String heartbeatTimeout;

    JobFetcher(Transactions transactions, UUID workerId, Set<String> entrypoints, Duration heartbeatTimeout) {
        this.transactions = transactions;
        this.workerId = workerId;
        this.entrypoints = entrypoints.toArray();
        this.heartbeatTimeout = JobSql.interval(heartbeatTimeout);
    }

    /** At most {@code max} jobs that are due, none of those {@code inFlight}. */
    List<Job> claim(int max, Set<Long> inFlight) {
        return transactions.statement(connection -> {
            try (PreparedStatement statement = connection.prepareStatement(JobSql.CLAIM)) {
                statement.setArray(1, connection.createArrayOf("text", entrypoints));
                statement.setArray(2, connection.createArrayOf("bigint", inFlight.toArray()));
                statement.setInt(3, max);
                statement.setInt(4, max);
                statement.setObject(5, workerId);
                return jobs(statement);
            }
        });
    }

    /** At most {@code max} jobs whose worker has not been heard of for the heartbeat timeout, none {@code inFlight}. */
    List<Job> takeOver(int max, Set<Long> inFlight) {
        return transactions.statement(connection -> {
            try (PreparedStatement statement = connection.prepareStatement(JobSql.TAKE_OVER)) {
                statement.setArray(1, connection.createArrayOf("text", entrypoints));
                statement.setString(2, heartbeatTimeout);
                statement.setString(3, heartbeatTimeout);
                statement.setArray(4, connection.createArrayOf("bigint", inFlight.toArray()));
                statement.setInt(5, max);
                statement.setObject(6, workerId);
                return jobs(statement);
            }
        });
    }

    /** How long until the next job is due, by the database's clock; zero if one is, empty if none waits. */
    Optional<Duration> nextDue() {
        return transactions.statement(connection -> {
            try (PreparedStatement statement = connection.prepareStatement(JobSql.NEXT_DUE)) {
                statement.setArray(1, connection.createArrayOf("text", entrypoints));
                try (ResultSet row = statement.executeQuery()) {
                    row.next();
                    double millis = row.getDouble(1);
                    return row.wasNull()
                            ? Optional.empty()
                            : Optional.of(Duration.ofMillis((long) Math.max(0, millis)));
                }
            }
        });
    }

    /** Says that these jobs are still at work. @return those of them that are still this worker's */
    Set<Long> heartbeat(Set<Long> ids) {
        return transactions.statement(connection -> {
            try (PreparedStatement statement = connection.prepareStatement(JobSql.HEARTBEAT)) {
                statement.setArray(1, connection.createArrayOf("bigint", ids.toArray()));
                statement.setObject(2, workerId);
                return ids(statement);
            }
        });
    }

    static Set<Long> ids(PreparedStatement statement) throws SQLException {
        try (ResultSet rows = statement.executeQuery()) {
            Set<Long> ids = new HashSet<>();
            while (rows.next()) {
                ids.add(rows.getLong(1));
            }
            return ids;
        }
    }

    private static List<Job> jobs(PreparedStatement statement) throws SQLException {
        try (ResultSet rows = statement.executeQuery()) {
            List<Job> jobs = new ArrayList<>();
            while (rows.next()) {
                byte[] payload = rows.getBytes("payload");
                jobs.add(new Job(
                        rows.getLong("id"),
                        rows.getString("entrypoint"),
                        payload == null ? new byte[0] : payload,
                        rows.getInt("priority"),
                        rows.getInt("attempts"),
                        rows.getObject("created", OffsetDateTime.class).toInstant(),
                        rows.getString("dedupe_key"),
                        rows.getString("headers")));
            }
            return jobs;
        }
    }
}
