package dev.howdah.job;

import dev.howdah.core.Duty;
import java.time.Duration;

/**
 * A duty that is one statement, in portions; it gives how many rows it did. It rests after each portion, shortly after a whole
 * one, as otherwise it would take all of a core for as long as new rows come.
 */
final class HouseDuty implements Duty {

    /** For how many times as long as a portion took it rests then: while there are more, and once there are none. */
    private static final int SHORT_REST = 3;

    private static final int LONG_REST = 20;

    private final String name;
    private final JobDatabase database;
    private final String statement;
    private final int portion;
    private final Duration idle;
    private final Object[] arguments;
    private long nextRound = System.nanoTime();

    /** @param portion how many rows the statement does at most */
    HouseDuty(String name, JobDatabase database, String statement, int portion, Duration idle, Object... arguments) {
        this.name = name;
        this.database = database;
        this.statement = statement;
        this.portion = portion;
        this.idle = idle;
        this.arguments = arguments;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean onceOnly() {
        return true;
    }

    @Override
    public Duration idle() {
        return Duration.ofNanos(Math.max(1, nextRound - System.nanoTime()));
    }

    /** Nothing while it rests. */
    @Override
    public int doWork() {
        long began = System.nanoTime();
        if (began - nextRound < 0) {
            return 0;
        }
        int done = portion();
        long now = System.nanoTime();
        nextRound = now
                + (done < portion ? Math.max(idle.toNanos(), LONG_REST * (now - began)) : SHORT_REST * (now - began));
        return done;
    }

    /** All that there is, without a rest. */
    long doAll() {
        long all = 0;
        int done;
        do {
            done = portion();
            all += done;
        } while (done >= portion);
        return all;
    }

    private int portion() {
        return database.row(statement, row -> row.getInt(1), arguments);
    }
}
