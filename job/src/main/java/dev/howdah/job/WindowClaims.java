package dev.howdah.job;

import static dev.howdah.job.JobDatabase.ints;
import static dev.howdah.job.JobDatabase.longs;
import static dev.howdah.job.JobDatabase.texts;

import dev.howdah.core.HowdahException;
import dev.howdah.core.Threads;
import dev.howdah.job.JobFetcher.Claim;
import dev.howdah.job.JobFetcher.Look;
import dev.howdah.job.LineFronts.Range;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Claims the first jobs of a worker's only line, or of all its lines in their common order ({@link WindowSql}).
 *
 * <p>PostgreSQL does a statement with one process, and quick handlers get through more than that one claims. So a large claim
 * goes in two halves at the same time, on a connection each. Both look at the same jobs, and each takes those of every
 * second block of ids: neither meets the other's. One may come some jobs further than the other, so that a few of the next claim
 * are before the last ones of this.
 */
final class WindowClaims {

    /** From so many wanted jobs on a claim goes in halves. */
    private static final int WORTH_HALVES = 200;
    /** For so long the jobs of one half wait for those of the other, to be started in their order. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private static final Comparator<ClaimedJob> IN_ORDER = Comparator.<ClaimedJob>comparingInt(
                    claimed -> claimed.job().priority())
            .reversed()
            .thenComparingLong(claimed -> claimed.job().id());

    private final JobDatabase database;
    private final UUID workerId;
    private final Collection<String> entrypoints;
    private final boolean mayBeHalved;

    /** The blocks of ids whose number has this value in these bits. */
    private enum Part {
        ALL(0, 0),
        EVEN(1, 0),
        ODD(1, 1);

        private final long bits;
        private final long value;

        Part(long bits, long value) {
            this.bits = bits;
            this.value = value;
        }
    }

    /** @param seen how many jobs were looked at, others' among them */
    private record Taken(int seen, List<ClaimedJob> jobs) {}

    WindowClaims(JobDatabase database, UUID workerId, Collection<String> entrypoints, boolean mayBeHalved) {
        this.database = database;
        this.workerId = workerId;
        this.entrypoints = List.copyOf(entrypoints);
        this.mayBeHalved = mayBeHalved;
    }

    /** As {@link JobFetcher#claim}. */
    Claim claim(int max, Look look, Set<Long> inFlight, Consumer<List<ClaimedJob>> start) {
        int window = look.shares().window(max);
        if (mayBeHalved && max >= WORTH_HALVES) {
            return claimInHalves(window, max, look, inFlight, start);
        }
        Taken taken = take(Part.ALL, window, max, look, inFlight);
        start.accept(taken.jobs);
        return new Claim(taken.jobs, taken.jobs.size(), taken.seen < window);
    }

    private Claim claimInHalves(int window, int max, Look look, Set<Long> inFlight, Consumer<List<ClaimedJob>> start) {
        CompletableFuture<Taken> other = CompletableFuture.supplyAsync(
                () -> take(Part.ODD, window, max / 2, look, inFlight),
                claim -> Threads.startVirtual("howdah-job-claim-half", claim));
        List<ClaimedJob> alone = List.of();
        try {
            Taken even = take(Part.EVEN, window, max - max / 2, look, inFlight);
            alone = even.jobs;
            Taken odd = await(other);
            List<ClaimedJob> jobs = Stream.concat(even.jobs.stream(), odd.jobs.stream())
                    .sorted(IN_ORDER)
                    .toList();
            start.accept(jobs);
            return new Claim(jobs, inARow(jobs, even.jobs, odd.jobs), Math.min(even.seen, odd.seen) < window);
        } catch (RuntimeException e) {
            start.accept(alone);
            other.thenAccept(late -> start.accept(late.jobs));
            throw e;
        }
    }

    /** Where one half ends, the other may have seen others after it. */
    private static int inARow(List<ClaimedJob> jobs, List<ClaimedJob> even, List<ClaimedJob> odd) {
        return Stream.of(even, odd)
                .mapToInt(half -> half.isEmpty() ? 0 : jobs.indexOf(half.get(half.size() - 1)) + 1)
                .min()
                .orElse(0);
    }

    private static Taken await(CompletableFuture<Taken> half) {
        try {
            return half.copy()
                    .orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                    .join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof TimeoutException) {
                throw new HowdahException("half of a claim has no answer after " + PATIENCE.toSeconds() + " s", e);
            }
            throw e.getCause() instanceof HowdahException cause ? cause : e;
        }
    }

    /** Of the first {@code window} jobs of all. */
    private Taken take(Part part, int window, int max, Look look, Set<Long> inFlight) {
        List<ClaimedJob> jobs = new ArrayList<>();
        int seen = database.row(
                entrypoints.size() == 1 ? WindowSql.CLAIM_LINE : WindowSql.CLAIM_LINES,
                row -> {
                    if (row.getString("entrypoint") != null) {
                        jobs.add(JobFetcher.claimed(row));
                    }
                    return row.getInt("seen");
                },
                ints(look.ranges(), Range::high),
                ints(look.ranges(), Range::low),
                longs(look.ranges(), Range::passed),
                window,
                max,
                part.bits,
                part.value,
                longs(look.behind()),
                longs(inFlight),
                texts(entrypoints),
                workerId);
        return new Taken(seen, jobs);
    }
}
