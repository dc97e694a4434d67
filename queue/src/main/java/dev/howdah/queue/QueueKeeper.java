package dev.howdah.queue;

import dev.howdah.core.Duty;
import dev.howdah.core.Transactions;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Duration;

/**
 * Looks after the lines of all queues: failed readings are counted, what is due is moved in, what is read up is emptied.
 * Readers know of it by the lock of its leadership, and do without it what cannot wait.
 */
final class QueueKeeper implements Duty {

    private static final Duration ROUND = Duration.ofMillis(100);
    /** Never more than a twentieth of a core. */
    private static final int REST = 20;
    /** How often whole lines are looked through rather than their fronts, at the most; and of what share of the time. */
    private static final Duration FULL = Duration.ofSeconds(1);

    private static final int FULL_REST = 50;

    private final Transactions transactions;
    private Duration idle = ROUND;
    private long nextFull = System.nanoTime();

    QueueKeeper(Transactions transactions) {
        this.transactions = transactions;
    }

    /** Part of what its lock is made of, which howdah_queue.is_served() asks for. */
    @Override
    public String name() {
        return "queue-keeper";
    }

    @Override
    public boolean onceOnly() {
        return true;
    }

    @Override
    public Duration idle() {
        return idle;
    }

    @Override
    public int doWork() {
        boolean full = System.nanoTime() - nextFull >= 0;
        long start = System.nanoTime();
        long nextDue = transactions.statement(connection -> {
            try (PreparedStatement statement = connection.prepareStatement(QueueSql.KEEP)) {
                statement.setBoolean(1, full);
                try (ResultSet row = statement.executeQuery()) {
                    row.next();
                    double seconds = row.getDouble("next_due");
                    return row.wasNull() ? ROUND.toNanos() : (long) (Math.max(0, seconds) * 1e9);
                }
            }
        });
        long took = System.nanoTime() - start;
        if (full) {
            nextFull = System.nanoTime() + Math.max(FULL.toNanos(), FULL_REST * took);
        }
        idle = Duration.ofNanos(Math.max(REST * took, Math.min(ROUND.toNanos(), nextDue)));
        return 0;
    }
}
