package dev.howdah.stream;

import dev.howdah.core.Outcome;

/**
 * Handles one event after the other. At least once for each: again after a retry, and again if its worker died or lost
 * the database before the batch that the event came in was settled.
 */
@FunctionalInterface
public interface EventHandler {

    /**
     * @return done; retry: the event comes to this consumer again, {@code retry} + 1, until the stream's maxRetries, then
     *     it is a dead letter; dead letter: it is set aside at once
     * @throws Exception is a retry after the consumer's {@linkplain StreamConsumer.Builder#retry backoff}
     */
    Outcome handle(Event event) throws Exception;
}
