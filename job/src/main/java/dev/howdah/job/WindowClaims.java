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
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

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
    /** For so long each line is looked into, once the first jobs of all were mostly others'. */
    private static final Duration PAUSE = Duration.ofSeconds(1);
    /** Fewer of those that are wanted than one in so many are too few. */
    private static final int FEW = 4;
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

    private long again = System.nanoTime();

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

    /** As {@link JobFetcher#claim}. @return empty where nothing was claimed, but each line is to be looked into */
    Optional<Claim> claim(int max, Look look, Set<Long> inFlight, Consumer<List<ClaimedJob>> start) {
        if (System.nanoTime() - again < 0) {
            return Optional.empty();
        }
        int window = look.shares().window(max);
        List<Taken> parts = mayBeHalved && max >= WORTH_HALVES
                ? takeHalves(window, max, look, inFlight, start)
                : List.of(take(Part.ALL, window, max, look, inFlight));
        List<ClaimedJob> jobs = parts.stream()
                .flatMap(part -> part.jobs.stream())
                .sorted(IN_ORDER)
                .toList();
        start.accept(jobs);
        boolean isAll = parts.stream().anyMatch(part -> part.seen < window);
        if (!isAll && jobs.size() < max / FEW) {
            again = System.nanoTime() + PAUSE.toNanos();
        }
        return isAll || !jobs.isEmpty() ? Optional.of(new Claim(jobs, inARow(jobs, parts))) : Optional.empty();
    }

    /** Where one fails, or is late, starts what the other one has. */
    private List<Taken> takeHalves(
            int window, int max, Look look, Set<Long> inFlight, Consumer<List<ClaimedJob>> start) {
        CompletableFuture<Taken> other = CompletableFuture.supplyAsync(
                () -> take(Part.ODD, window, max / 2, look, inFlight),
                claim -> Threads.startVirtual("howdah-job-claim-half", claim));
        List<ClaimedJob> alone = List.of();
        try {
            Taken even = take(Part.EVEN, window, max - max / 2, look, inFlight);
            alone = even.jobs;
            return List.of(even, await(other));
        } catch (RuntimeException e) {
            start.accept(alone);
            other.thenAccept(late -> start.accept(late.jobs));
            throw e;
        }
    }

    /** Where one part ends, another may have seen others after it. */
    private static int inARow(List<ClaimedJob> jobs, List<Taken> parts) {
        return parts.stream()
                .map(Taken::jobs)
                .mapToInt(part -> part.isEmpty() ? 0 : jobs.indexOf(part.get(part.size() - 1)) + 1)
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
