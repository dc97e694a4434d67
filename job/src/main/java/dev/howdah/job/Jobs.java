package dev.howdah.job;

import static dev.howdah.job.JobDatabase.longs;
import static dev.howdah.job.JobDatabase.texts;

import dev.howdah.core.Duty;
import dev.howdah.core.Transactions;
import dev.howdah.core.Wakeups;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import javax.sql.DataSource;

/** The door to the jobs of one database, by the names that {@link JobNames} says. */
public final class Jobs implements AutoCloseable {

    private final JobDatabase database;
    private final DataSource direct;
    private final Wakeups wakeups;
    private final JobSender sender;
    private final JobSchedules schedules;
    private final JobEnds ends;

    private Jobs(JobDatabase database, DataSource direct, Wakeups wakeups) {
        this.database = database;
        this.direct = direct;
        this.wakeups = wakeups;
        this.sender = new JobSender(database);
        this.schedules = new JobSchedules(database);
        this.ends = new JobEnds(database, wakeups);
    }

    /**
     * By the names that PGQueuer's workers have here: the standard ones, with the prefix that PGQUEUER_PREFIX says.
     *
     * @param direct connections that are a duty's alone while it has them, where {@code dataSource} is a pooler's
     */
    public static Jobs over(DataSource dataSource, DataSource direct, Wakeups wakeups) {
        return over(dataSource, direct, wakeups, JobNames.fromEnvironment());
    }

    public static Jobs over(DataSource dataSource, DataSource direct, Wakeups wakeups, JobNames names) {
        return new Jobs(new JobDatabase(Transactions.over(dataSource), names), direct, wakeups);
    }

    /** Whether this database has the jobs' tables, by these names, where its connections look for them. */
    public boolean isInstalled() {
        return database.row(HouseSql.IS_INSTALLED, row -> row.getBoolean(1));
    }

    public JobSender sender() {
        return sender;
    }

    /** A worker to be told its handlers and then started. */
    public JobWorker.Builder worker() {
        return new JobWorker.Builder(database, wakeups);
    }

    /**
     * How a job ends, whichever way: {@code successful}, {@code exception}, {@code canceled}, {@code deleted}, or
     * {@code failed} for one that is held, unless it is requeued before anybody looked: then it goes on. Never, if there
     * is no such job, or if its log was pruned: have a timeout.
     * Resolved on the one thread that waits for all, so do little in what depends on it, or do it asynchronously.
     */
    public CompletableFuture<JobEnd> end(long jobId) {
        return ends.of(jobId);
    }

    /**
     * Cancels jobs that are in line or at work: they are deleted and logged {@code canceled}, and a handler at work is
     * interrupted, within milliseconds where notifications arrive, else at its worker's next heartbeat. A canceled job no
     * longer counts for its entrypoint's limit, even while its handler still ends.
     *
     * @return the ids of those that were
     */
    public List<Long> cancel(Collection<Long> ids) {
        return database.rows(HouseSql.CANCEL, row -> row.getLong(1), longs(ids));
    }

    /** Those that failed and are held. */
    public FailedJobs failed() {
        return new FailedJobs(database);
    }

    public JobSchedules schedules() {
        return schedules;
    }

    /**
     * Jobs that are there, in the order of their ids.
     *
     * @param entrypoints of these alone; of all, if it is empty
     * @param statuses with these alone; with any, if it is empty
     */
    public List<JobInfo> list(Collection<String> entrypoints, Collection<JobStatus> statuses, int max) {
        return database.rows(HouseSql.LIST, Jobs::info, texts(entrypoints), texts(statuses, JobStatus::label), max);
    }

    /** A job, if it is still there. */
    public Optional<JobInfo> find(long id) {
        return database.rows(HouseSql.FIND, Jobs::info, id).stream().findFirst();
    }

    /** What the log has about a job, the oldest first. */
    public List<JobEvent> history(long id) {
        return database.rows(
                HouseSql.HISTORY,
                row -> new JobEvent(
                        id,
                        row.getObject(1, OffsetDateTime.class).toInstant(),
                        JobStatus.of(row.getString(2)),
                        row.getString(3)),
                id);
    }

    /** How many jobs there are now. */
    public List<JobCount> counts() {
        return database.rows(HouseSql.COUNTS, Jobs::count);
    }

    /** What was logged since a time ago, from the statistics and from what they do not have yet. */
    public List<JobCount> logged(Duration ago) {
        String interval = JobDatabase.interval(ago);
        return database.rows(HouseSql.LOGGED, Jobs::count, interval, interval);
    }

    /** What keeps the jobs of a database healthy; a server runs these. */
    public List<Duty> duties() {
        return List.of(
                new HouseDuty(
                        "job-statistics", database, HouseSql.ROLL_UP, HouseSql.ROLL_UP_PORTION, Duration.ofSeconds(5)),
                house("job-expiry", HouseSql.EXPIRE, Duration.ofSeconds(1)),
                house("job-rates", HouseSql.FORGET_RATES, Duration.ofMinutes(1)),
                new JobNotifier(database, direct),
                schedules.duty());
    }

    /**
     * Removes log rows that are older than this, once they are in the statistics; those of jobs that are still there stay.
     * Not among {@link #duties}: the log is kept for ever until somebody says otherwise.
     */
    public Duty pruning(Duration keep) {
        return logPruning(keep);
    }

    /** The same at once, and all of it. @return how many rows */
    public long prune(Duration keep) {
        return logPruning(keep).doAll();
    }

    private HouseDuty logPruning(Duration keep) {
        if (keep.isNegative() || keep.isZero()) {
            throw new IllegalArgumentException("the log is to be kept for more than zero, got " + keep);
        }
        return house("job-log-pruning", HouseSql.PRUNE_LOG, Duration.ofMinutes(1), JobDatabase.interval(keep));
    }

    private HouseDuty house(String name, String statement, Duration idle, Object... arguments) {
        return new HouseDuty(name, database, statement, HouseSql.PORTION, idle, arguments);
    }

    /** Waits for ends no more. Workers are closed by themselves. */
    @Override
    public void close() {
        ends.close();
    }

    private static JobCount count(ResultSet row) throws SQLException {
        return new JobCount(row.getString(1), JobStatus.of(row.getString(2)), row.getLong(3));
    }

    static JobInfo info(ResultSet row) throws SQLException {
        return new JobInfo(
                JobFetcher.job(row),
                JobStatus.of(row.getString("status")),
                row.getObject("queue_manager_id", UUID.class),
                row.getObject("execute_after", OffsetDateTime.class).toInstant(),
                row.getObject("updated", OffsetDateTime.class).toInstant(),
                row.getString("last_error"));
    }
}
