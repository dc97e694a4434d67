package dev.howdah.stream;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What becomes of a batch: its events are done, but for those that are named here. */
final class Settlement {

    /** @param after null: a dead letter */
    record Aside(
            long eventId,
            @Nullable Duration after,
            @Nullable String reason) {}

    /** As long as PostgreSQL can surely count. */
    private static final Duration LONGEST = Duration.ofDays(36_500);

    private final Delivery delivery;
    private final List<Aside> aside = new ArrayList<>();
    private @Nullable Long end;

    Settlement(Delivery delivery) {
        this.delivery = delivery;
        this.end = delivery.end();
    }

    Settlement retry(Event event, Duration after, @Nullable String reason) {
        if (after.isNegative()) {
            throw new IllegalArgumentException("a retry needs a delay of zero or more, got " + after);
        }
        aside.add(new Aside(event.id(), after.compareTo(LONGEST) < 0 ? after : LONGEST, storable(reason)));
        return this;
    }

    Settlement deadLetter(Event event, String reason) {
        aside.add(new Aside(event.id(), null, storable(reason)));
        return this;
    }

    /** No text of PostgreSQL's holds this character: refused, it would keep the batch from being settled ever. */
    private static @Nullable String storable(@Nullable String reason) {
        return reason == null ? null : reason.replace('\0', '\uFFFD');
    }

    /** The batch was handled before this event; it and the rest are for the next. */
    void endBefore(Event event) {
        end = event.id() - 1;
    }

    Delivery delivery() {
        return delivery;
    }

    @Nullable Long end() {
        return end;
    }

    List<Aside> aside() {
        return aside;
    }
}
