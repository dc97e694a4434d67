package dev.howdah.core;

import java.time.Duration;

/**
 * A piece of work that comes up again and again. It never waits and never loops: {@link DutyLoop} does both, and is also
 * where errors, backoff, leadership and stopping live. A round may be cut short at any point by the death of its process,
 * so what it does must be safe to do again.
 */
public interface Duty {

    /** What it is called in logs; for a once-only duty also what its lock is made of, so it is the same everywhere. */
    String name();

    /**
     * Does one round.
     *
     * @return how much was done; more than zero asks for another round at once
     */
    int doWork() throws Exception;

    /** What ends its wait early, raised by whoever knows of work; asked for once. Default: one that nobody raises. */
    default Signal signal() {
        return new Signal();
    }

    /** How long to wait after a round that found nothing, unless woken; asked anew each time. Default: a second. */
    default Duration idle() {
        return Duration.ofSeconds(1);
    }

    /**
     * Whether it runs in only one of all processes on the database. The others take over within two seconds when that
     * one dies. Leadership is checked before each round: a round that is under way when its process loses the
     * connection may overlap with the first round of the next leader, and must be safe to.
     */
    default boolean onceOnly() {
        return false;
    }

    /**
     * Gives up what it keeps between rounds. Called, between rounds, when another process does this duty, perhaps more
     * than once, and when its loop has ended. Default: it keeps nothing.
     */
    default void release() {}
}
