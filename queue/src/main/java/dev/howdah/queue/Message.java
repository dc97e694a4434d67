package dev.howdah.queue;

import dev.howdah.core.HowdahException;
import dev.howdah.core.SqlErrors;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A message that was read: it is gone if the transaction that read it commits, and comes again, counted, if that is rolled
 * back. What is done on its {@link #connection()} commits together with that: exactly once.
 */
public final class Message {

    /** Gives the connection, and prepares it for the message if that is the first time it is asked for. */
    @FunctionalInterface
    interface Transaction {
        Connection open(Message message) throws SQLException;
    }

    private final StoredMessage stored;
    private final Transaction transaction;

    Message(StoredMessage stored, Transaction transaction) {
        this.stored = stored;
        this.transaction = transaction;
    }

    /**
     * The connection whose transaction reads the message. It is not the handler's to commit, roll back or close, nor to be
     * used once the handler has returned; savepoints are. A {@link QueueReader}'s is the one that it was given.
     */
    public Connection connection() {
        try {
            return transaction.open(this);
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    HowdahException failed(SQLException e) {
        return SqlErrors.of(e, null, stored.id());
    }

    /** All that is stored of it. */
    public StoredMessage stored() {
        return stored;
    }

    /** Ascending in the order of sending; what comes again after a failed reading keeps its own. */
    public long id() {
        return stored.id();
    }

    /** When the transaction that sent it began, by the database's clock. */
    public Instant time() {
        return stored.time();
    }

    public int priority() {
        return stored.priority();
    }

    /** How often it may still be read again after a failed reading. */
    public int retries() {
        return stored.retries();
    }

    /** How long it stays away after a failed reading. */
    public Duration retryDelay() {
        return stored.retryDelay();
    }

    /** How many readings of it have failed before this one. */
    public int attempts() {
        return stored.attempts();
    }

    /** Its body, JSON or XML. */
    public String body() {
        return stored.body();
    }

    /** Its body, if that is JSON. */
    public @Nullable String json() {
        return stored.json();
    }

    /** Its body, if that is XML. */
    public @Nullable String xml() {
        return stored.xml();
    }

    /** A JSON object. */
    public String properties() {
        return stored.properties();
    }

    /** In a dead-letter queue: a JSON object that says in which queue it died and why; else null. */
    public @Nullable String history() {
        return stored.history();
    }

    @Override
    public String toString() {
        return stored.toString();
    }
}
