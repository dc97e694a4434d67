package dev.howdah.job;

import static dev.howdah.job.JobDatabase.ints;
import static dev.howdah.job.JobDatabase.longs;
import static dev.howdah.job.JobDatabase.texts;

import dev.howdah.job.LineFronts.Range;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Claims jobs for one worker and keeps them its own. */
final class JobFetcher {

    /** So many jobs behind the fronts are looked at, whether they are due or not. */
    private static final int BEHIND_WINDOW = 5_000;

    private final JobDatabase database;
    private final UUID workerId;
    private final Collection<String> entrypoints;
    private final Limits limits;
    private final String heartbeatTimeout;
    private final WindowClaims window;

    /**
     * Where to look for jobs.
     *
     * @param shares how many jobs of each entrypoint to look at
     * @param behind jobs that are known to be due behind the front of their line
     */
    record Look(List<Range> ranges, Shares shares, Collection<Long> behind) {}

    /**
     * What a claim found.
     *
     * @param inARow how many of the first of them have no other job between them that was to be had
     */
    record Claim(List<ClaimedJob> jobs, int inARow) {}

    /** Whether a job is due that could not be had, and how long until another one falls due, if one is there. */
    record NextDue(boolean isNow, Optional<Duration> next) {}

    /** @param strictOrder whether the jobs of a claim are never after those of the next one, however large it is */
    JobFetcher(
            JobDatabase database,
            UUID workerId,
            Collection<String> entrypoints,
            Limits limits,
            Duration heartbeatTimeout,
            boolean strictOrder) {
        this.database = database;
        this.workerId = workerId;
        this.entrypoints = List.copyOf(entrypoints);
        this.limits = limits;
        this.heartbeatTimeout = JobDatabase.interval(heartbeatTimeout);
        this.window = new WindowClaims(database, workerId, entrypoints, !strictOrder);
    }

    /**
     * At most {@code max} jobs that are due, none of those {@code inFlight}. One call at a time.
     *
     * @param start is given them as soon as they are there: what is claimed and not started is stuck. So it is given what
     *     there is even if the claim fails half-way
     */
    Claim claim(int max, Look look, Set<Long> inFlight, Consumer<List<ClaimedJob>> start) {
        if (limits.isEmpty()) {
            Optional<Claim> claim = window.claim(max, look, inFlight, start);
            if (claim.isPresent()) {
                return claim.get();
            }
        }
        List<ClaimedJob> jobs =
                limits.isEmpty() ? claimOfLines(max, look, inFlight) : claimLimited(max, look, inFlight);
        start.accept(jobs);
        return new Claim(jobs, jobs.size());
    }

    private List<ClaimedJob> claimOfLines(int max, Look look, Set<Long> inFlight) {
        return database.rows(ClaimSql.CLAIM, JobFetcher::claimed, arguments(max, look, longs(inFlight), workerId));
    }

    private List<ClaimedJob> claimLimited(int max, Look look, Set<Long> inFlight) {
        limits.look(database);
        List<Object> all = new ArrayList<>(List.of(texts(limits.entrypoints())));
        all.addAll(List.of(arguments(max, look)));
        all.addAll(limits.arguments());
        all.addAll(List.of(longs(inFlight), workerId));
        return database.rows(ClaimSql.CLAIM_LIMITED, JobFetcher::claimed, all.toArray());
    }

    private Object[] arguments(int max, Look look, Object... more) {
        List<Range> ranges = ofEach(look.ranges);
        List<Object> all = new ArrayList<>(List.of(
                texts(ranges, Range::entrypoint),
                ints(ranges, Range::high),
                ints(ranges, Range::low),
                longs(ranges, Range::passed),
                ints(ranges, range -> look.shares.of(range.entrypoint(), max)),
                look.shares.heads(max),
                max,
                longs(look.behind),
                texts(entrypoints)));
        all.addAll(List.of(more));
        return all.toArray();
    }

    /** Those of a line that entrypoints have in common, for each of these. */
    private List<Range> ofEach(List<Range> ranges) {
        return ranges.stream()
                .flatMap(range ->
                        range.entrypoint() == null ? entrypoints.stream().map(range::of) : Stream.of(range))
                .toList();
    }

    /** At most {@code max} jobs whose worker has not been heard of for the heartbeat timeout, none {@code inFlight}. */
    List<ClaimedJob> takeOver(int max, Set<Long> inFlight) {
        return database.rows(
                ClaimSql.TAKE_OVER,
                JobFetcher::claimed,
                texts(entrypoints),
                heartbeatTimeout,
                heartbeatTimeout,
                longs(inFlight),
                max,
                workerId);
    }

    /** Jobs that are due behind these fronts, at most so many; or of each entrypoint, where very many jobs are there. */
    List<Long> allBehind(List<Range> fronts, int most) {
        if (fronts.isEmpty()) {
            return List.of();
        }
        boolean isCommon = entrypoints.size() > 1 && fronts.get(0).entrypoint() == null;
        List<Range> lines = isCommon ? fronts : ofEach(fronts);
        List<Long> ids = new ArrayList<>();
        List<Integer> seen = database.rows(
                isCommon ? WindowSql.BEHIND_COMMON : WindowSql.BEHIND_LINES,
                row -> {
                    long id = row.getLong("id");
                    if (!row.wasNull() && ids.size() < most) {
                        ids.add(id);
                    }
                    return row.getInt("seen");
                },
                texts(lines, Range::entrypoint),
                ints(lines, Range::high),
                longs(lines, Range::passed),
                BEHIND_WINDOW,
                texts(entrypoints));
        return seen.get(0) < BEHIND_WINDOW ? ids : behind(fronts, null, most);
    }

    /** Jobs behind these fronts that fell due {@code since} then, or ever; at most so many of each entrypoint. */
    List<Long> behind(List<Range> ofLines, @Nullable Duration since, int most) {
        List<Range> fronts = ofEach(ofLines);
        return database.rows(
                ClaimSql.BEHIND,
                row -> row.getLong(1),
                texts(fronts, Range::entrypoint),
                ints(fronts, Range::high),
                longs(fronts, Range::passed),
                since == null ? null : JobDatabase.interval(since),
                most);
    }

    /** When there will be something to claim, by the database's clock. */
    NextDue nextDue(Look look) {
        return database.row(
                ClaimSql.NEXT_DUE,
                row -> {
                    boolean isNow = row.getBoolean(1);
                    double millis = row.getDouble(2);
                    return new NextDue(
                            isNow,
                            row.wasNull()
                                    ? Optional.empty()
                                    : Optional.of(Duration.ofMillis((long) Math.max(0, millis))));
                },
                arguments(1, look));
    }

    /** Says that these jobs are still at work. @return those of them that are still this worker's */
    Set<Long> heartbeat(Set<Long> ids) {
        Set<Long> own = new HashSet<>(database.rows(ClaimSql.HEARTBEAT, row -> row.getLong(1), longs(ids), workerId));
        Set<Long> missing = new HashSet<>(ids);
        missing.removeAll(own);
        if (!missing.isEmpty()) {
            own.addAll(database.rows(ClaimSql.MINE, row -> row.getLong(1), longs(missing), workerId));
        }
        return own;
    }

    static ClaimedJob claimed(ResultSet row) throws SQLException {
        return new ClaimedJob(job(row), Duration.ofMillis((long) row.getDouble("age")));
    }

    static Job job(ResultSet row) throws SQLException {
        byte[] payload = row.getBytes("payload");
        return new Job(
                row.getLong("id"),
                row.getString("entrypoint"),
                payload == null ? new byte[0] : payload,
                row.getInt("priority"),
                row.getInt("attempts"),
                row.getObject("created", OffsetDateTime.class).toInstant(),
                row.getString("dedupe_key"),
                row.getString("headers"));
    }
}
