package dev.howdah.core;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;

/** A duty that does what it is told, and counts its rounds. */
final class TestDuty implements Duty {

    static final Duration NEVER = Duration.ofHours(1);

    final AtomicInteger rounds = new AtomicInteger();
    final Signal signal = new Signal();
    private final String name;
    private final Duration idle;
    private final boolean onceOnly;
    private final Callable<Integer> work;

    private TestDuty(String name, Duration idle, boolean onceOnly, Callable<Integer> work) {
        this.name = name;
        this.idle = idle;
        this.onceOnly = onceOnly;
        this.work = work;
    }

    static TestDuty idling(Duration idle, Callable<Integer> work) {
        return new TestDuty("test", idle, false, work);
    }

    static TestDuty onceOnly(String name) {
        return new TestDuty(name, Duration.ofMillis(20), true, () -> 0);
    }

    static TestDuty onceOnly(String name, Duration idle, Callable<Integer> work) {
        return new TestDuty(name, idle, true, work);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int doWork() throws Exception {
        rounds.incrementAndGet();
        return work.call();
    }

    @Override
    public Signal signal() {
        return signal;
    }

    @Override
    public Duration idle() {
        return idle;
    }

    @Override
    public boolean onceOnly() {
        return onceOnly;
    }
}
