package dev.howdah.stream;

import java.sql.Connection;
import java.time.Duration;
import java.util.List;

/** Events that were handed to one worker of a consumer, in the order of their ids, and the transaction that settles them. */
public final class Batch {

    private final Delivery delivery;
    private final Connection connection;
    private final Settlement settlement;

    Batch(Delivery delivery, Connection connection) {
        this.delivery = delivery;
        this.connection = connection;
        this.settlement = new Settlement(delivery);
    }

    /** Its id in SQL; a batch that comes again after its worker died has another one. */
    public long id() {
        return delivery.batchId();
    }

    /** The tick that its events were committed before: reading again from here gives what comes after them. */
    public long tick() {
        return delivery.tickId();
    }

    public List<Event> events() {
        return delivery.events();
    }

    /** The transaction in which the batch is settled; the worker commits it, or rolls it back if the handler throws. */
    public Connection connection() {
        return connection;
    }

    /** Not now: the event comes to this consumer again. @param after zero or more */
    public void retry(Event event, Duration after) {
        settlement.retry(event, after, null);
    }

    /** Never: the event is set aside, with the reason. */
    public void deadLetter(Event event, String reason) {
        settlement.deadLetter(event, reason);
    }

    Settlement settlement() {
        return settlement;
    }
}
