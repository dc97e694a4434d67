package dev.howdah.stream;

import dev.howdah.core.Duty;
import dev.howdah.core.Pace;
import dev.howdah.core.Signal;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One worker of a consumer: fetches a batch, has it handled, settles it together with fetching the next. */
final class ConsumerLoop implements Duty {

    /** As long as a look may last that waits in the database: no slow query, nor an old snapshot. */
    private static final Duration WAIT = Duration.ofMillis(20);

    private final String name;
    private final BatchFetcher fetcher;
    private final Handling handling;
    private final Pace pace;
    private final Signal signal = new Signal();

    private volatile @Nullable Delivery delivery;
    private @Nullable Settlement unsettled;
    private volatile boolean stopping;
    private long looks;
    private long lastInVain;

    ConsumerLoop(String name, BatchFetcher fetcher, Handling handling, Duration poll) {
        this.name = name;
        this.fetcher = fetcher;
        this.handling = handling;
        this.pace = new Pace(poll);
    }

    /** What is done with a batch's events. */
    @FunctionalInterface
    interface Handling {
        /** @return what is to be settled still */
        Optional<Settlement> handle(Delivery delivery, ConsumerLoop loop) throws Exception;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Signal signal() {
        return signal;
    }

    @Override
    public Duration idle() {
        return fetcher.canWait() ? Duration.ZERO : pace.pause();
    }

    boolean isStopping() {
        return stopping;
    }

    BatchFetcher fetcher() {
        return fetcher;
    }

    /** The batch that is open at the moment. */
    @Nullable Delivery delivery() {
        return delivery;
    }

    @Override
    public int doWork() throws Exception {
        if (stopping) {
            settleLast();
            return 0;
        }
        if (unsettled == null) {
            if (delivery == null) {
                delivery = next(null);
            }
            Delivery current = delivery;
            if (current == null) {
                if (pace.isQuiet()) {
                    fetcher.rest();
                }
                return 0;
            }
            if (!fetcher.has(current)) {
                delivery = null; // the next question gives it again, if it is nobody else's
                return 1;
            }
            unsettled = handling.handle(current, this).orElse(null);
            if (unsettled == null) {
                delivery = null; // settled, and never to be handled again
            }
            pace.found();
        }
        if (stopping) {
            settleLast();
            return 0;
        }
        delivery = next(unsettled);
        unsettled = null;
        return 1;
    }

    private @Nullable Delivery next(@Nullable Settlement settlement) {
        long look;
        synchronized (this) {
            look = ++looks;
        }
        Delivery found =
                fetcher.next(settlement, pace.isQuiet() ? Duration.ZERO : WAIT).orElse(null);
        if (found == null) {
            synchronized (this) {
                lastInVain = look;
                notifyAll();
            }
        }
        return found;
    }

    /** Waits until a look that begins after this call has found nothing, or until it stops. */
    synchronized void awaitNothing() throws InterruptedException {
        long before = looks;
        signal.raise();
        while (lastInVain <= before && !stopping) {
            wait();
        }
    }

    private void settleLast() {
        if (unsettled != null) {
            fetcher.settle(unsettled);
            unsettled = null;
            delivery = null;
        }
    }

    /** No more events are handled, once the one at work has ended. */
    synchronized void stop() {
        stopping = true;
        notifyAll();
    }

    /** Gives away what is open and not begun. */
    @Override
    public void release() {
        try {
            settleLast();
            if (delivery != null) {
                fetcher.release(delivery);
            }
        } finally {
            fetcher.rest();
        }
    }
}
