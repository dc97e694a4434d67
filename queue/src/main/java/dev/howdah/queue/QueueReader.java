package dev.howdah.queue;

import dev.howdah.core.HowdahException;
import dev.howdah.core.Transactions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.List;
import java.util.Optional;

/**
 * Reads messages of one queue in the caller's transaction, without waiting: they are gone if that commits, and come again,
 * one attempt fewer, after their retry delay, if it is rolled back or lost. Lower priority first, then in the order of
 * sending; what others are reading is passed over. Errors: {@link HowdahException} if there is no such queue, or if the
 * transaction is not READ COMMITTED; {@link HowdahException.AccessDenied}.
 */
public final class QueueReader {

    private final OwnFunctions functions;

    QueueReader(String queue) {
        this.functions = new OwnFunctions(QueueSql.TO_READ, queue);
    }

    /** Reads the next message, if there is one to be read now. */
    public Optional<Message> read(Connection connection) {
        return read(connection, MessageFilter.NONE);
    }

    /** Reads the next message that the filter lets through. */
    public Optional<Message> read(Connection connection, MessageFilter filter) {
        return read(connection, 1, filter).stream().findFirst();
    }

    /** Reads the next messages, at most {@code most}. */
    public List<Message> read(Connection connection, int most) {
        return read(connection, most, MessageFilter.NONE);
    }

    /** Reads the next messages that the filter lets through, at most {@code most}. */
    public List<Message> read(Connection connection, int most, MessageFilter filter) {
        return Transactions.joined(connection, c -> {
            try (PreparedStatement statement = c.prepareStatement(QueueSql.take(functions.number(c)))) {
                bind(statement, most, filter);
                return messages(c, statement);
            } catch (SQLException e) {
                throw functions.failed(e);
            }
        });
    }

    /** Reads a certain message, if it can be read now: not while somebody else reads it, nor before it is due. */
    public Optional<Message> readById(Connection connection, long id) {
        return Transactions.joined(connection, c -> {
            try (PreparedStatement statement = c.prepareStatement(QueueSql.takeId(functions.number(c)))) {
                statement.setLong(1, id);
                return messages(c, statement).stream().findFirst();
            } catch (SQLException e) {
                throw functions.failed(e);
            }
        });
    }

    static void bind(PreparedStatement statement, int most, MessageFilter filter) throws SQLException {
        statement.setInt(1, most);
        statement.setObject(2, filter.header(), Types.OTHER);
        statement.setObject(3, filter.properties(), Types.OTHER);
    }

    private static List<Message> messages(Connection connection, PreparedStatement statement) throws SQLException {
        try (ResultSet rows = statement.executeQuery()) {
            return StoredMessage.taken(rows).stream()
                    .map(stored -> new Message(stored, message -> connection))
                    .toList();
        }
    }
}
