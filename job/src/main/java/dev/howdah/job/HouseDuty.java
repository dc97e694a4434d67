package dev.howdah.job;

import dev.howdah.core.Duty;
import java.time.Duration;

/** A duty that is one statement, in small portions; it gives how many rows it did. */
record HouseDuty(String name, JobDatabase database, String statement, Duration idle, Object... arguments)
        implements Duty {

    @Override
    public boolean onceOnly() {
        return true;
    }

    @Override
    public int doWork() {
        return database.row(statement, row -> row.getInt(1), arguments);
    }
}
