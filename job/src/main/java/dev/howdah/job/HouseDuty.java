package dev.howdah.job;

import dev.howdah.core.Duty;
import java.time.Duration;

/**
 * A duty that is one statement, in portions; it gives how many rows it did. Whole portions follow one another; after one that
 * was not full it rests, as otherwise it would go on for as long as new rows come, and for ever dearer ones.
 */
final class HouseDuty implements Duty {

    /** How much of the time it may take: one part in so many. */
    private static final int SHARE = 20;

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

    @Override
    public int doWork() {
        long began = System.nanoTime();
        if (began - nextRound < 0) {
            return 0;
        }
        int done = database.row(statement, row -> row.getInt(1), arguments);
        long now = System.nanoTime();
        nextRound = done < portion ? now + Math.max(idle.toNanos(), SHARE * (now - began)) : now;
        return done;
    }
}
