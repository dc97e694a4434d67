package dev.howdah.stream;

import dev.howdah.core.Backoff;
import dev.howdah.core.Outcome;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hands a batch's events to a handler, one after the other. */
final class EventHandling implements ConsumerLoop.Handling {

    private static final Logger log = LoggerFactory.getLogger(EventHandling.class);
    private static final int LONGEST_REASON = 1_000;

    private final EventHandler handler;
    private final Backoff backoff;

    EventHandling(EventHandler handler, Backoff backoff) {
        this.handler = handler;
        this.backoff = backoff;
    }

    @Override
    public Optional<Settlement> handle(Delivery delivery, ConsumerLoop loop) {
        Settlement settlement = new Settlement(delivery);
        boolean first = true;
        for (Event event : delivery.events()) {
            if (!first && (loop.isStopping() || !loop.fetcher().has(delivery))) {
                settlement.endBefore(event);
                break;
            }
            first = false;
            try {
                note(settlement, event, handler.handle(event));
            } catch (Throwable e) {
                if (loop.isStopping()) {
                    settlement.endBefore(event); // cut off, perhaps: it comes again, uncounted
                    break;
                }
                Duration after = backoff.after(event.retry() + 1);
                String reason = reason(e);
                settlement.retry(event, after, reason);
                log(loop, event, e, reason);
            } finally {
                Thread.interrupted(); // what the handler left on the thread is not for the next one
            }
        }
        return Optional.of(settlement);
    }

    private static void note(Settlement settlement, Event event, Outcome outcome) {
        outcome.fold(
                done -> settlement,
                retry -> settlement.retry(event, retry.after(), null),
                dead -> settlement.deadLetter(event, dead.reason()));
    }

    private static void log(ConsumerLoop loop, Event event, Throwable e, String reason) {
        try {
            log.warn("{}: event {} failed, try {}", loop.name(), event.id(), event.retry() + 1, e);
        } catch (RuntimeException | Error untold) {
            log.warn("{}: event {} failed, try {}: {}", loop.name(), event.id(), event.retry() + 1, reason);
        }
    }

    private static String reason(Throwable e) {
        String text;
        try {
            text = e.toString();
        } catch (Throwable untold) {
            text = e.getClass().getName();
        }
        return text.length() <= LONGEST_REASON ? text : text.substring(0, LONGEST_REASON);
    }
}
