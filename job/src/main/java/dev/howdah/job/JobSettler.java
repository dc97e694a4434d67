package dev.howdah.job;

import static dev.howdah.job.JobDatabase.ints;
import static dev.howdah.job.JobDatabase.longs;
import static dev.howdah.job.JobDatabase.texts;

import dev.howdah.core.Duty;
import dev.howdah.core.HowdahException;
import dev.howdah.core.Signal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The only place that settles. Outcomes gather while the statement for those before them runs, and then go together: those
 * that succeeded in one, all others in another. What can't be written now is kept and tried again; given up is only what
 * PostgreSQL says it will never take.
 */
final class JobSettler implements Duty {

    private static final Logger log = LoggerFactory.getLogger(JobSettler.class);
    private static final int MOST_AT_ONCE = 1_000;
    private static final BooleanSupplier NEVER = () -> false;

    private final JobDatabase database;
    private final UUID workerId;
    private final Signal signal = new Signal();
    private final LinkedBlockingQueue<Entry> waiting = new LinkedBlockingQueue<>();
    private final List<Entry> batch = new ArrayList<>();

    private record Entry(Settlement settlement, BooleanSupplier isGone, Runnable settled) {}

    JobSettler(JobDatabase database, UUID workerId) {
        this.database = database;
        this.workerId = workerId;
    }

    void add(Settlement settlement, Runnable settled) {
        add(settlement, NEVER, settled);
    }

    /**
     * @param isGone whether the job is known to be no longer this worker's
     * @param settled runs when it is written, or given up because the job is no longer this worker's
     */
    void add(Settlement settlement, BooleanSupplier isGone, Runnable settled) {
        waiting.add(new Entry(settlement, isGone, settled));
        signal.raise();
    }

    @Override
    public Signal signal() {
        return signal;
    }

    @Override
    public String name() {
        return "job-settle";
    }

    @Override
    public int doWork() {
        waiting.drainTo(batch, MOST_AT_ONCE - batch.size());
        int before = batch.size();
        settleAll(Settlement::isSuccess);
        settleAll(settlement -> !settlement.isSuccess());
        return before - batch.size();
    }

    private void settleAll(Predicate<Settlement> which) {
        List<Entry> entries =
                batch.stream().filter(entry -> which.test(entry.settlement)).toList();
        if (entries.isEmpty()) {
            return;
        }
        try {
            settle(entries);
            settled(entries);
        } catch (HowdahException whole) {
            settleOneByOne(entries, whole);
        }
    }

    /** One outcome that can't be written must not hold up the others. */
    private void settleOneByOne(List<Entry> entries, HowdahException whole) {
        @Nullable HowdahException unknown = isPassing(whole) ? whole : null;
        for (Entry entry : entries) {
            if (unknown != null && isPassing(unknown)) {
                break;
            }
            try {
                settle(List.of(entry));
                settled(List.of(entry));
            } catch (HowdahException.InvalidInput | HowdahException.Duplicate hopeless) {
                log.error(
                        "the outcome of job {} can't be written; it is taken over in time",
                        entry.settlement.jobId(),
                        hopeless);
                settled(List.of(entry));
            } catch (HowdahException e) {
                unknown = e;
            }
        }
        if (unknown != null) {
            throw unknown;
        }
    }

    private void settled(List<Entry> entries) {
        if (entries.size() == batch.size()) {
            batch.clear();
        } else {
            batch.removeAll(entries);
        }
        entries.forEach(entry -> entry.settled.run());
    }

    /** Whether it is about the database, or what this role may do there, rather than about one outcome. */
    private static boolean isPassing(HowdahException e) {
        return e instanceof HowdahException.Unavailable
                || e instanceof HowdahException.Conflict
                || e instanceof HowdahException.AccessDenied
                || e instanceof HowdahException.NotInstalled;
    }

    private void settle(List<Entry> entries) {
        List<Settlement> settlements = entries.stream().map(Entry::settlement).toList();
        Set<Long> mine =
                new HashSet<>(settlements.get(0).isSuccess() ? finish(settlements) : settleOthers(settlements));
        for (Entry entry : entries) {
            if (!mine.contains(entry.settlement.jobId()) && !entry.isGone.getAsBoolean()) {
                log.warn(
                        "job {} ended here as {}, but is no longer this worker's: nothing was changed",
                        entry.settlement.jobId(),
                        entry.settlement.status());
            }
        }
    }

    private List<Long> finish(List<Settlement> settlements) {
        return database.rows(JobSql.FINISH, row -> row.getLong(1), longs(settlements, Settlement::jobId), workerId);
    }

    private List<Long> settleOthers(List<Settlement> settlements) {
        return database.rows(
                JobSql.SETTLE,
                row -> row.getLong(1),
                longs(settlements, Settlement::jobId),
                texts(settlements, Settlement::status),
                ints(settlements, Settlement::counted),
                texts(settlements, settlement -> JobDatabase.interval(settlement.delay())),
                texts(settlements, Settlement::errorType),
                texts(settlements, Settlement::errorMessage),
                texts(settlements, Settlement::stack),
                workerId);
    }
}
