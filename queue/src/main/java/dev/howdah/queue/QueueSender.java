package dev.howdah.queue;

import dev.howdah.core.HowdahException;
import dev.howdah.core.Transactions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Iterator;
import java.util.List;

/**
 * Sends messages to one queue: in a transaction of its own, or in the caller's, where a message is sent if and only if that
 * commits. Errors: {@link HowdahException} if there is no such queue; {@link HowdahException.AccessDenied};
 * {@link HowdahException.InvalidInput} for a body that is no JSON or no XML, properties that are no JSON object, and half
 * of a surrogate pair. Nothing is sent then.
 */
public final class QueueSender {

    private final Transactions transactions;
    private final OwnFunctions functions;

    QueueSender(Transactions transactions, String queue) {
        this.transactions = transactions;
        this.functions = new OwnFunctions(QueueSql.TO_SEND, queue);
    }

    /** Sends a message, in one round trip. @return its id */
    public long send(NewMessage message) {
        return functions.again(() -> transactions.statement(connection -> insert(connection, message)));
    }

    /** Sends a message in the caller's transaction. @return its id */
    public long send(Connection connection, NewMessage message) {
        return Transactions.joined(connection, c -> insert(c, message));
    }

    /** Sends all messages or none, in one statement. @return their ids in the order of {@code messages} */
    public List<Long> sendAll(List<NewMessage> messages) {
        return messages.isEmpty()
                ? List.of()
                : functions.again(() -> transactions.statement(connection -> insertMany(connection, messages)));
    }

    /** Sends all messages or none, in one statement in the caller's transaction. @return their ids in their order */
    public List<Long> sendAll(Connection connection, List<NewMessage> messages) {
        return messages.isEmpty() ? List.of() : Transactions.joined(connection, c -> insertMany(c, messages));
    }

    /** Sends any number of messages, all or none, with COPY: as fast as PostgreSQL takes them in. @return how many */
    public long load(Iterator<NewMessage> messages) {
        return transactions.call(connection -> new BulkLoad(connection, this).load(messages));
    }

    /** The same in the caller's transaction. */
    public long load(Connection connection, Iterator<NewMessage> messages) {
        return Transactions.joined(connection, c -> new BulkLoad(c, this).load(messages));
    }

    OwnFunctions functions() {
        return functions;
    }

    private long insert(Connection connection, NewMessage message) {
        try (PreparedStatement statement = connection.prepareStatement("select pgpro_queue_data.send_"
                + functions.number(connection) + "(" + MessageBinding.parameters(message) + ")")) {
            MessageBinding.bind(statement, 1, message);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        } catch (SQLException e) {
            throw functions.failed(e);
        }
    }

    private List<Long> insertMany(Connection connection, List<NewMessage> messages) {
        try (PreparedStatement statement = connection.prepareStatement("select pgpro_queue_data.send_many_"
                + functions.number(connection) + "(?, ?, ?, ?, ?, ?, " + QueueSql.ENABLE_TIMES + ")")) {
            MessageBinding.bindAll(statement, 1, messages);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return List.of((Long[]) row.getArray(1).getArray());
            }
        } catch (SQLException e) {
            throw functions.failed(e);
        }
    }
}
