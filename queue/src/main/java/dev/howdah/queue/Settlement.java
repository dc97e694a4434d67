package dev.howdah.queue;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What becomes of the messages of a batch that are not done: they go back in the transaction that took them. */
final class Settlement {

    private static final double NANOS = 1e9;

    private final List<Aside> aside = new ArrayList<>();

    private record Aside(
            StoredMessage message,
            String outcome,
            @Nullable Double delay,
            @Nullable String reason) {}

    /** @param delay null: the message's own */
    void retry(StoredMessage message, @Nullable Duration delay, @Nullable String reason) {
        Double seconds = delay == null ? null : delay.toSeconds() + delay.getNano() / NANOS;
        aside.add(new Aside(message, "r", seconds, reason));
    }

    void deadLetter(StoredMessage message, String reason) {
        aside.add(new Aside(message, "d", null, reason));
    }

    /** No handler has begun it: it goes back as it was. */
    void putBack(StoredMessage message) {
        aside.add(new Aside(message, "b", null, null));
    }

    boolean isEmpty() {
        return aside.isEmpty();
    }

    void bind(PreparedStatement statement, String queue) throws SQLException {
        statement.setString(1, queue);
        stored(statement, 2, "bigint", StoredMessage::id);
        stored(statement, 3, "text", message -> message.time().toString());
        stored(statement, 4, "int", StoredMessage::priority);
        stored(statement, 5, "int", StoredMessage::retries);
        stored(statement, 6, "bigint", message -> message.retryDelay().toSeconds());
        stored(statement, 7, "int", StoredMessage::attempts);
        stored(statement, 8, "text", StoredMessage::json);
        stored(statement, 9, "text", StoredMessage::xml);
        stored(statement, 10, "text", StoredMessage::properties);
        stored(statement, 11, "text", StoredMessage::history);
        array(statement, 12, "text", Aside::outcome);
        array(statement, 13, "float8", Aside::delay);
        array(statement, 14, "text", Aside::reason);
    }

    private void stored(
            PreparedStatement statement, int place, String type, Function<StoredMessage, @Nullable Object> field)
            throws SQLException {
        array(statement, place, type, one -> field.apply(one.message));
    }

    private void array(PreparedStatement statement, int place, String type, Function<Aside, @Nullable Object> field)
            throws SQLException {
        Object[] values = aside.stream().map(field).toArray();
        statement.setArray(place, statement.getConnection().createArrayOf(type, values));
    }
}
