package dev.howdah.queue;

import dev.howdah.core.Outcome;
import java.sql.SQLException;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hands the messages of a batch to a handler, one after the other, and notes what becomes of each. */
final class MessageHandling {

    private static final Logger log = LoggerFactory.getLogger(MessageHandling.class);
    private static final int LONGEST_REASON = 1_000;
    private static final String BROKEN = "its handler left the transaction broken: an error in it was not passed on";

    private final String queue;
    private final MessageHandler handler;

    MessageHandling(String queue, MessageHandler handler) {
        this.queue = queue;
        this.handler = handler;
    }

    /** @param isStopping whether to begin no more messages */
    Settlement handle(List<StoredMessage> messages, ReadingTransaction transaction, BooleanSupplier isStopping)
            throws SQLException {
        Settlement settlement = new Settlement();
        for (StoredMessage message : messages) {
            if (isStopping.getAsBoolean()) {
                settlement.putBack(message);
            } else {
                handle(message, transaction, settlement, isStopping);
            }
        }
        return settlement;
    }

    private void handle(
            StoredMessage message, ReadingTransaction transaction, Settlement settlement, BooleanSupplier isStopping)
            throws SQLException {
        Outcome outcome;
        try {
            outcome = handler.handle(transaction.message(message));
        } catch (Throwable e) {
            transaction.ended();
            transaction.undo();
            if (isStopping.getAsBoolean()) {
                settlement.putBack(message); // cut off, perhaps: it comes again, uncounted
            } else {
                String reason = reason(e);
                settlement.retry(message, null, reason);
                log(message, e, reason);
            }
            return;
        } finally {
            Thread.interrupted(); // what the handler left on the thread is not for the next one
        }
        transaction.ended();
        note(message, outcome, transaction, settlement);
    }

    private void note(StoredMessage message, Outcome outcome, ReadingTransaction transaction, Settlement settlement)
            throws SQLException {
        if (outcome instanceof Outcome.Done) {
            if (!transaction.keep()) {
                transaction.undo();
                settlement.retry(message, null, BROKEN);
                log.warn(
                        "queue {}: message {} failed, try {}: {}", queue, message.id(), message.attempts() + 1, BROKEN);
            }
            return;
        }
        transaction.undo();
        outcome.fold(
                done -> settlement,
                retry -> {
                    settlement.retry(message, retry.after(), null);
                    return settlement;
                },
                dead -> {
                    settlement.deadLetter(message, dead.reason());
                    return settlement;
                });
    }

    private void log(StoredMessage message, Throwable e, String reason) {
        int tried = message.attempts() + 1;
        try {
            log.warn("queue {}: message {} failed, try {}", queue, message.id(), tried, e);
        } catch (RuntimeException | Error untold) {
            log.warn("queue {}: message {} failed, try {}: {}", queue, message.id(), tried, reason);
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
