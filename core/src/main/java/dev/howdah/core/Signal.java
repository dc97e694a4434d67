package dev.howdah.core;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** A bell that one thread waits for. Rung while nobody waits, it is heard by the next wait; rung often, it is one ring. */
public final class Signal {

    private final Semaphore rings = new Semaphore(0);

    public void raise() {
        if (rings.availablePermits() == 0) {
            rings.release();
        }
    }

    /**
     * Waits until the signal is raised, and takes it down.
     *
     * @return false if that took longer than {@code timeout}
     */
    public boolean await(Duration timeout) throws InterruptedException {
        boolean raised = rings.tryAcquire(TimeUnit.NANOSECONDS.convert(timeout), TimeUnit.NANOSECONDS);
        return rings.drainPermits() > 0 || raised;
    }
}
