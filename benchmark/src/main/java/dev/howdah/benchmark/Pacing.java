package dev.howdah.benchmark;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Something done at a steady rate. */
final class Pacing {

    private Pacing() {}

    /** One of what is done. */
    @FunctionalInterface
    interface Step {
        void run(int nr) throws Exception;
    }

    /** For as long as something goes on. */
    static void pause(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < end && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(end - System.nanoTime());
        }
    }

    /** Who is late catches up: no step is left out. */
    static void run(int rate, int count, Step step) throws Exception {
        long start = System.nanoTime();
        for (int i = 0; i < count; i++) {
            long due = start + i * 1_000_000_000L / rate;
            while (System.nanoTime() < due) {
                LockSupport.parkNanos(Math.max(1, due - System.nanoTime()));
            }
            step.run(i);
        }
    }
}
