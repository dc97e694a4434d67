package dev.howdah.queue;

import dev.howdah.core.HowdahException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A message to be sent, with a JSON or an XML body. The defaults are pgpro_queue's: priority 0, no properties, the queue's
 * retries and retry delay, to be read at once.
 *
 * @param json the body as JSON text, or null
 * @param xml the body as XML text, or null; exactly one of the two is there
 * @param priority lower ones first; equal ones in the order in which they were sent
 * @param properties a JSON object, as text, that readers can filter by
 * @param retries how often it may be read again after a failed reading; null: the queue's
 * @param retryDelay how long it stays away after a failed reading, in whole seconds, rounded up; null: the queue's
 * @param delay from the sending transaction's start until it can be read, or null
 * @param time when it can be read, by the database's clock, or null; goes before {@code delay}
 */
public record NewMessage(
        @Nullable String json,
        @Nullable String xml,
        int priority,
        String properties,
        @Nullable Integer retries,
        @Nullable Duration retryDelay,
        @Nullable Duration delay,
        @Nullable Instant time) {

    /** No properties. */
    public static final String NO_PROPERTIES = "{}";

    /** @throws HowdahException.InvalidInput for no body or two, properties that are no JSON object, and what is negative */
    public NewMessage {
        if ((json == null) == (xml == null)) {
            throw new HowdahException.InvalidInput("a message has a JSON body or an XML body");
        } else if (retries != null && retries < 0) {
            throw new HowdahException.InvalidInput("a message's retries can't be negative, got " + retries);
        } else if (retryDelay != null && (retryDelay.isNegative() || retryDelay.toSeconds() >= Integer.MAX_VALUE)) {
            throw new HowdahException.InvalidInput(
                    "a message's retry delay is from zero to 2147483647 seconds, got " + retryDelay);
        } else if (delay != null && delay.isNegative()) {
            throw new HowdahException.InvalidInput("a message's delay can't be negative, got " + delay);
        } else if (!properties.stripLeading().startsWith("{")) {
            throw new HowdahException.InvalidInput("a message's properties are a JSON object, got " + properties);
        }
    }

    public static NewMessage json(String body) {
        return new NewMessage(body, null, 0, NO_PROPERTIES, null, null, null, null);
    }

    public static NewMessage xml(String body) {
        return new NewMessage(null, body, 0, NO_PROPERTIES, null, null, null, null);
    }

    public NewMessage withPriority(int value) {
        return new NewMessage(json, xml, value, properties, retries, retryDelay, delay, time);
    }

    public NewMessage withProperties(String jsonObject) {
        return new NewMessage(json, xml, priority, jsonObject, retries, retryDelay, delay, time);
    }

    public NewMessage withRetries(int times) {
        return new NewMessage(json, xml, priority, properties, times, retryDelay, delay, time);
    }

    public NewMessage withRetryDelay(Duration value) {
        return new NewMessage(json, xml, priority, properties, retries, value, delay, time);
    }

    public NewMessage withDelay(Duration value) {
        return new NewMessage(json, xml, priority, properties, retries, retryDelay, value, null);
    }

    public NewMessage withTime(Instant value) {
        return new NewMessage(json, xml, priority, properties, retries, retryDelay, null, value);
    }

    @Nullable Integer retryDelaySeconds() {
        return retryDelay == null
                ? null
                : (int) retryDelay.plusNanos(999_999_999).toSeconds();
    }

    boolean isDelayed() {
        return delay != null || time != null;
    }
}
