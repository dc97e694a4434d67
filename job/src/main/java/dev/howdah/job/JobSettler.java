package dev.howdah.job;

import dev.howdah.core.Duty;
import dev.howdah.core.HowdahException;
import dev.howdah.core.Signal;
import dev.howdah.core.Transactions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The only place that settles. Outcomes gather while the statement for those before them runs, and then go together in
 * one. What can't be written because the database is away is kept and tried again.
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
        List<Settlement> settlements = batch.stream().map(Entry::settlement).toList();
        try {
            settle(settlements);
        } catch (HowdahException.Unavailable | HowdahException.Conflict e) {
            throw e;
        } catch (HowdahException e) {
            settleOneByOne(settlements, e);
        }
        int done = batch.size();
        batch.forEach(entry -> entry.settled().run());
        batch.clear();
        return done;
    }

    /** One outcome that can't be written must not hold up the others; its job is taken over in time. */
    private void settleOneByOne(List<Settlement> settlements, HowdahException whole) {
        if (settlements.size() == 1) {
            log.error(
                    "the outcome of job {} can't be written", settlements.get(0).jobId(), whole);
            return;
        }
        for (Settlement settlement : settlements) {
            try {
                settle(List.of(settlement));
            } catch (HowdahException.Unavailable | HowdahException.Conflict e) {
                throw e;
            } catch (HowdahException e) {
                log.error("the outcome of job {} can't be written", settlement.jobId(), e);
            }
        }
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
            statement.setArray(4, connection.createArrayOf("text", column(settlements, Settlement::delay)));
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
