package dev.howdah.queue;

import dev.howdah.core.WholeText;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** New messages as the parameters of a statement: body, XML body, priority, properties, retries, retry delay, time, delay. */
final class MessageBinding {

    private MessageBinding() {}

    static void bind(PreparedStatement statement, int first, NewMessage message) throws SQLException {
        check(message);
        // values of unknown type become what the function takes, without a cast
        statement.setObject(first, message.json(), Types.OTHER);
        statement.setObject(first + 1, message.xml(), Types.OTHER);
        statement.setInt(first + 2, message.priority());
        statement.setObject(first + 3, message.properties(), Types.OTHER);
        statement.setObject(first + 4, message.retries(), Types.INTEGER);
        statement.setObject(first + 5, message.retryDelaySeconds(), Types.INTEGER);
        if (message.isDelayed()) {
            statement.setString(first + 6, text(message.time()));
            statement.setString(first + 7, text(message.delay()));
        }
    }

    /** The parameters of one message, as {@link #bind} binds them: what it is not to have costs nothing. */
    static String parameters(NewMessage message) {
        return "?, ?, ?, ?, ?, ?, " + (message.isDelayed() ? QueueSql.ENABLE_TIME : "null");
    }

    /** As arrays; those that hold nothing but nulls are null. */
    static void bindAll(PreparedStatement statement, int first, List<NewMessage> messages) throws SQLException {
        for (NewMessage message : messages) {
            check(message);
        }
        bind(statement, first, "jsonb", messages, NewMessage::json);
        bind(statement, first + 1, "xml", messages, NewMessage::xml);
        bind(statement, first + 2, "int", messages, NewMessage::priority);
        bind(statement, first + 3, "jsonb", messages, NewMessage::properties);
        bind(statement, first + 4, "int", messages, NewMessage::retries);
        bind(statement, first + 5, "int", messages, NewMessage::retryDelaySeconds);
        bind(statement, first + 6, "text", messages, message -> text(message.time()));
        bind(statement, first + 7, "text", messages, message -> text(message.delay()));
    }

    static void check(NewMessage message) throws SQLException {
        WholeText.check(message.json());
        WholeText.check(message.xml());
        WholeText.check(message.properties());
    }

    private static void bind(
            PreparedStatement statement,
            int place,
            String type,
            List<NewMessage> messages,
            Function<NewMessage, @Nullable Object> field)
            throws SQLException {
        Object[] values = new Object[messages.size()];
        boolean some = false;
        for (int i = 0; i < values.length; i++) {
            values[i] = field.apply(messages.get(i));
            some |= values[i] != null;
        }
        statement.setArray(place, some ? statement.getConnection().createArrayOf(type, values) : null);
    }

    private static @Nullable String text(@Nullable Object value) {
        return value == null ? null : value.toString();
    }
}
