package dev.howdah.queue;

import dev.howdah.core.Outcome;

/** What a worker does with a message. */
@FunctionalInterface
public interface MessageHandler {

    /**
     * Handles a message, in the transaction that reads it. What it did on the message's connection counts only if it is
     * done; a retry or a dead letter undoes it, an exception too, which is a retry after the message's own delay.
     */
    Outcome handle(Message message) throws Exception;
}
