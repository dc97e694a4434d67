package dev.howdah.cli;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a long-running command has opened; closed in reverse when it ends or when SIGINT or SIGTERM comes. */
final class Lifetime implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Lifetime.class);

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final Thread atSignal = new Thread(this::closeParts, "howdah-stop");
    private boolean closed;

    private Lifetime() {}

    static Lifetime begin() {
        Lifetime lifetime = new Lifetime();
        Runtime.getRuntime().addShutdownHook(lifetime.atSignal);
        return lifetime;
    }

    /** A part that came after the end began is closed at once. */
    <T extends AutoCloseable> T add(T part) {
        synchronized (this) {
            if (!closed) {
                parts.push(part);
                return part;
            }
        }
        close(part);
        return part;
    }

    /** Waits for a signal; does not return. */
    void awaitSignal() throws InterruptedException {
        new CountDownLatch(1).await();
    }

    /** Waits for a signal, then does not return, or until {@code goesOn} no longer holds, asked once a second. */
    void awaitSignalWhile(BooleanSupplier goesOn) throws InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        while (goesOn.getAsBoolean()) {
            never.await(1, TimeUnit.SECONDS);
        }
        if (isClosed()) {
            awaitHook();
        }
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(atSignal);
            closeParts();
        } catch (IllegalStateException signalled) {
            awaitHook();
        }
    }

    private void closeParts() {
        synchronized (this) {
            closed = true;
        }
        while (!parts.isEmpty()) {
            close(parts.pop());
        }
    }

    private static void close(AutoCloseable part) {
        try {
            part.close();
        } catch (Exception e) {
            log.warn("{} did not close: {}", part.getClass().getSimpleName(), e.getMessage(), e);
        }
    }

    /** The main thread must not end the JVM's exit early, nor close what the hook is closing. */
    private void awaitHook() {
        try {
            atSignal.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
