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
    /** A twentieth of a core, as long as the rest stays short. */
    private static final int REST = 20;
    /** However long a round took: what falls due meanwhile waits. */
    private static final Duration LONGEST_REST = Duration.ofSeconds(1);

    private final Transactions transactions;
    private Duration idle = ROUND;
    /** Which part of a long line it is the turn of. */
    private long turn;

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
        long start = System.nanoTime();
        long nextDue = transactions.statement(connection -> {
            try (PreparedStatement statement = connection.prepareStatement(QueueSql.KEEP)) {
                statement.setLong(1, turn++);
                try (ResultSet row = statement.executeQuery()) {
                    row.next();
                    double seconds = row.getDouble("next_due");
                    return row.wasNull() ? ROUND.toNanos() : (long) (Math.max(0, seconds) * 1e9);
                }
            }
        });
        long took = System.nanoTime() - start;
        long rest = Math.min(REST * took, LONGEST_REST.toNanos());
        idle = Duration.ofNanos(Math.max(rest, Math.min(ROUND.toNanos(), nextDue)));
        return 0;
    }
}
