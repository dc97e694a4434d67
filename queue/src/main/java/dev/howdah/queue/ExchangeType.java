package dev.howdah.queue;

import java.util.Locale;

/** To which of the queues that are bound to it an exchange hands a message. */
public enum ExchangeType {
    /** To all. */
    FANOUT,
    /** To those bound with the message's routing key. */
    DIRECT,
    /**
     * To those bound with a pattern that the message's routing key matches: words between dots, {@code *} for one word,
     * {@code #} for any number of them.
     */
    TOPIC,
    /**
     * To those bound with a JSON object that the message's properties contain; with {@code "x-match": "any"} in it, one of
     * its members is enough.
     */
    HEADERS;

    String sqlName() {
        return name().toLowerCase(Locale.ROOT);
    }

    static ExchangeType named(String name) {
        return valueOf(name.toUpperCase(Locale.ROOT));
    }
}
