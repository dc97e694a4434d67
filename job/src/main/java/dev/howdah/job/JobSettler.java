package dev.howdah.job;

import dev.howdah.core.Duty;
import dev.howdah.core.HowdahException;
import dev.howdah.core.Signal;
import dev.howdah.core.Transactions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The only place that settles. Outcomes gather while the statement for those before them runs, and then go together in
 * one. What can't be written now is kept and tried again; given up is only what PostgreSQL says it will never take.
 */
final class JobSettler implements Duty {

    private static final Logger log = LoggerFactory.getLogger(JobSettler.class);
    private static final int MOST_AT_ONCE = 1_000;

    private final Transactions transactions;
    private final UUID workerId;
    private final Signal signal = new Signal();
    private final LinkedBlockingQueue<Entry> waiting = new LinkedBlockingQueue<>();
    private final List<Entry> batch = new ArrayList<>();

    private record Entry(Settlement settlement, Runnable settled) {}

    JobSettler(Transactions transactions, UUID workerId) {
        this.transactions = transactions;
        this.workerId = workerId;
    }

    /** @param settled runs when it is written, or given up because the job is another worker's by now */
    void add(Settlement settlement, Runnable settled) {
        waiting.add(new Entry(settlement, settled));
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
        if (batch.isEmpty()) {
            return 0;
        }
        int before = batch.size();
        try {
            settle(batch.stream().map(Entry::settlement).toList());
            batch.forEach(entry -> entry.settled.run());
            batch.clear();
        } catch (HowdahException whole) {
            settleOneByOne(whole);
        }
        return before - batch.size();
    }

    /** One outcome that can't be written must not hold up the others. */
    private void settleOneByOne(HowdahException whole) {
        HowdahException unknown = whole;
        for (Iterator<Entry> entries = batch.iterator(); entries.hasNext() && !isPassing(unknown); ) {
            Entry entry = entries.next();
            try {
                settle(List.of(entry.settlement));
            } catch (HowdahException.InvalidInput | HowdahException.Duplicate hopeless) {
                log.error(
                        "the outcome of job {} can't be written; it is taken over in time",
                        entry.settlement.jobId(),
                        hopeless);
            } catch (HowdahException e) {
                unknown = e;
                continue;
            }
            entries.remove();
            entry.settled.run();
        }
        if (!batch.isEmpty()) {
            throw unknown;
        }
    }

    /** Whether it is about the database, or what this role may do there, rather than about one outcome. */
    private static boolean isPassing(HowdahException e) {
        return e instanceof HowdahException.Unavailable
                || e instanceof HowdahException.Conflict
                || e instanceof HowdahException.AccessDenied
                || e instanceof HowdahException.NotInstalled;
    }

    private void settle(List<Settlement> settlements) {
        Set<Long> mine = transactions.statement(connection -> settle(connection, settlements));
        for (Settlement settlement : settlements) {
            if (!mine.contains(settlement.jobId())) {
                log.warn(
                        "job {} ended here as {}, but is no longer this worker's: nothing was changed",
                        settlement.jobId(),
                        settlement.status());
            }
        }
    }

    private Set<Long> settle(Connection connection, List<Settlement> settlements) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(JobSql.SETTLE)) {
            statement.setArray(1, connection.createArrayOf("bigint", column(settlements, Settlement::jobId)));
            statement.setArray(2, connection.createArrayOf("text", column(settlements, Settlement::status)));
            statement.setArray(3, connection.createArrayOf("int", column(settlements, Settlement::counted)));
            statement.setArray(
                    4, connection.createArrayOf("text", column(settlements, s -> JobSql.interval(s.delay()))));
            statement.setArray(5, connection.createArrayOf("text", column(settlements, Settlement::errorType)));
            statement.setArray(6, connection.createArrayOf("text", column(settlements, Settlement::errorMessage)));
            statement.setArray(7, connection.createArrayOf("text", column(settlements, Settlement::stack)));
            statement.setObject(8, workerId);
            return JobFetcher.ids(statement);
        }
    }

    private static Object[] column(List<Settlement> settlements, Function<Settlement, ?> field) {
        return settlements.stream().map(field).toArray();
    }
}
