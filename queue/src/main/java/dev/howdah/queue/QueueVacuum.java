package dev.howdah.queue;

import dev.howdah.core.Duty;
import dev.howdah.core.Statements;
import dev.howdah.core.Transactions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;

/**
 * Vacuums what has a backlog and so can't be emptied: whoever reads at its front walks over the rows that were read before
 * him, and autovacuum comes once a minute, after a twentieth of the table.
 */
final class QueueVacuum implements Duty {

    private static final Duration ROUND = Duration.ofSeconds(1);
    /** Never more than a twentieth of the time. */
    private static final int REST = 20;

    private final Statements statements;
    /** On connections of its own: a large table's first vacuum may take longer than a pool lets a statement take. */
    private final Statements unlimited;
    /** The dead rows that the last vacuum of a table had to leave, as somebody holds a snapshot that sees them. */
    private final Map<String, Long> left = new HashMap<>();

    private Duration idle = ROUND;

    QueueVacuum(Transactions transactions, DataSource direct) {
        this.statements = new Statements(transactions);
        this.unlimited = new Statements(Transactions.over(direct));
    }

    /** A table that many dead rows lie in, and many live ones. */
    private record Crowded(String table, long deadRows) {}

    @Override
    public String name() {
        return "queue-vacuum";
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
        List<Crowded> crowded = crowded();
        left.keySet().retainAll(crowded.stream().map(Crowded::table).toList());
        for (Crowded found : crowded) {
            if (found.deadRows >= 2 * left.getOrDefault(found.table, 0L)) {
                unlimited.call(QueueSql.vacuum(found.table));
                left.remove(found.table);
                crowded().stream()
                        .filter(still -> still.table.equals(found.table))
                        .forEach(still -> left.put(still.table, still.deadRows));
            }
        }
        Duration rest = Duration.ofNanos(REST * (System.nanoTime() - start));
        idle = rest.compareTo(ROUND) > 0 ? rest : ROUND;
        return 0;
    }

    private List<Crowded> crowded() {
        return statements.rows(QueueSql.CROWDED, row -> new Crowded(row.getString(1), row.getLong(2)));
    }
}
