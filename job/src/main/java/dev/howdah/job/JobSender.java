package dev.howdah.job;

import static dev.howdah.job.JobDatabase.ints;
import static dev.howdah.job.JobDatabase.texts;

import dev.howdah.core.HowdahException;
import dev.howdah.core.SqlErrors;
import dev.howdah.core.Transactions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Sends jobs: in a transaction of its own, or in the caller's, where a job is sent if and only if that commits. Errors:
 * {@link HowdahException.Duplicate} if a dedupe key is taken, {@link HowdahException.InvalidInput} for headers that are
 * no JSON object, {@link HowdahException.NotInstalled}; nothing is sent then. That of a single job names its entrypoint.
 */
public final class JobSender {

    private final JobDatabase database;

    JobSender(JobDatabase database) {
        this.database = database;
    }

    /**
     * Sends a job in one round trip. Where a worker of this process has a handler free for it, the job is handed to that:
     * it is {@code picked} from the beginning.
     *
     * @return its id
     */
    public long send(NewJob job) {
        Optional<Handoff> free = database.handoff(job);
        if (free.isEmpty()) {
            return told(database.transactions()
                    .statement(connection -> sendOne(connection, JobSql.SEND, job))
                    .id());
        }
        try (Handoff handoff = free.get()) {
            Job sent = database.transactions()
                    .statement(connection -> sendOne(connection, JobSql.SEND_PICKED, job, handoff.workerId()));
            handoff.start(sent);
            return sent.id();
        }
    }

    /** Sends a job in the caller's transaction. @return its id */
    public long send(Connection connection, NewJob job) {
        return Transactions.joined(connection, c -> sendOne(c, JobSql.SEND, job))
                .id();
    }

    /** Sends all jobs or none, in one statement. @return their ids in the order of {@code jobs} */
    public List<Long> sendAll(List<NewJob> jobs) {
        return jobs.isEmpty()
                ? List.of()
                : told(database.transactions().statement(connection -> sendMany(connection, jobs)));
    }

    /** Sends all jobs or none, in one statement in the caller's transaction. @return their ids in their order */
    public List<Long> sendAll(Connection connection, List<NewJob> jobs) {
        return jobs.isEmpty() ? List.of() : Transactions.joined(connection, c -> sendMany(c, jobs));
    }

    /** Sends a job unless its dedupe key is taken. @return its id, or none */
    public OptionalLong sendIfAbsent(NewJob job) {
        return sendAllIfAbsent(List.of(job)).get(0);
    }

    /** The same in the caller's transaction. */
    public OptionalLong sendIfAbsent(Connection connection, NewJob job) {
        return sendAllIfAbsent(connection, List.of(job)).get(0);
    }

    /**
     * Sends those jobs whose dedupe keys are not taken, in one statement; of several with one key the first.
     *
     * @return for each of {@code jobs}, in their order, its id, or none
     */
    public List<OptionalLong> sendAllIfAbsent(List<NewJob> jobs) {
        return jobs.isEmpty()
                ? List.of()
                : told(database.transactions().statement(connection -> sendAbsent(connection, jobs)));
    }

    /** The same in the caller's transaction. */
    public List<OptionalLong> sendAllIfAbsent(Connection connection, List<NewJob> jobs) {
        return jobs.isEmpty() ? List.of() : Transactions.joined(connection, c -> sendAbsent(c, jobs));
    }

    /**
     * Sends any number of jobs, all or none, as fast as PostgreSQL takes them in: with COPY.
     *
     * @return their ids in their order
     */
    public long[] load(Iterator<NewJob> jobs) {
        return told(database.transactions().call(connection -> new BulkLoad(connection, database).load(jobs)));
    }

    /** The same in the caller's transaction. */
    public long[] load(Connection connection, Iterator<NewJob> jobs) {
        return Transactions.joined(connection, c -> new BulkLoad(c, database).load(jobs));
    }

    private <T> T told(T sent) {
        database.tellSent();
        return sent;
    }

    /** @param more the statement's arguments before the job's own */
    private Job sendOne(Connection connection, String statement, NewJob job, Object... more) {
        Stream<@Nullable Object> own = Stream.of(
                job.entrypoint(),
                job.payload(),
                job.priority(),
                job.delay().toString(),
                text(job.runAt()),
                job.dedupeKey(),
                job.headers(),
                text(job.expiresAfter()));
        try {
            return database.rows(
                            connection,
                            statement,
                            row -> job.sent(
                                    row.getLong(1),
                                    row.getObject(2, OffsetDateTime.class).toInstant(),
                                    row.getString(3)),
                            Stream.concat(Stream.of(more), own).toArray())
                    .get(0);
        } catch (SQLException e) {
            throw SqlErrors.of(e, job.entrypoint(), null);
        }
    }

    private List<Long> sendMany(Connection connection, List<NewJob> jobs) throws SQLException {
        return database.rows(connection, JobSql.SEND_MANY, row -> row.getLong(1), arguments(jobs));
    }

    private List<OptionalLong> sendAbsent(Connection connection, List<NewJob> jobs) throws SQLException {
        return database.rows(connection, JobSql.SEND_ABSENT, JobSender::idOrNone, arguments(jobs));
    }

    private static OptionalLong idOrNone(ResultSet row) throws SQLException {
        long id = row.getLong(1);
        return row.wasNull() ? OptionalLong.empty() : OptionalLong.of(id);
    }

    private static Object[] arguments(List<NewJob> jobs) {
        JobDatabase.Argument payloads = connection -> connection.createArrayOf(
                "bytea", jobs.stream().map(NewJob::payload).toArray(byte[][]::new));
        return new Object[] {
            texts(jobs, NewJob::entrypoint),
            payloads,
            ints(jobs, NewJob::priority),
            texts(jobs, NewJob::delay),
            texts(jobs, NewJob::runAt),
            texts(jobs, NewJob::dedupeKey),
            texts(jobs, NewJob::headers),
            texts(jobs, NewJob::expiresAfter)
        };
    }

    private static @Nullable String text(@Nullable Object value) {
        return value == null ? null : value.toString();
    }
}
