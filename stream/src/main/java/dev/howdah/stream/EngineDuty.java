package dev.howdah.stream;

import dev.howdah.core.Duty;
import dev.howdah.core.Statements;
import java.time.Duration;

/** A round of the engine's own upkeep: one call, which says how much it did. Runs in one of all servers. */
record EngineDuty(String name, Statements statements, String call, Duration idle) implements Duty {

    @Override
    public boolean onceOnly() {
        return true;
    }

    @Override
    public int doWork() {
        return (int) statements.number(call);
    }
}
