package dev.howdah.queue;

import dev.howdah.core.HowdahException;
import dev.howdah.core.Transactions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Publishes messages through one exchange, which hands each to the queues whose binding matches: in a transaction of its
 * own, or in the caller's, where all those queues get it if and only if that commits. Who may publish needs no access to
 * the queues. Errors: as {@link QueueSender}'s, and {@link HowdahException} for a message that no queue gets, if the
 * exchange refuses those.
 */
public final class QueuePublisher {

    private final Transactions transactions;
    private final OwnFunctions functions;

    QueuePublisher(Transactions transactions, String exchange) {
        this.transactions = transactions;
        this.functions = new OwnFunctions(QueueSql.TO_PUBLISH, exchange);
    }

    /** Publishes without a routing key, for fanout and headers exchanges. @return how many queues got it */
    public int publish(NewMessage message) {
        return publish((String) null, message);
    }

    /** Publishes a message, in one round trip. @return how many queues got it */
    public int publish(@Nullable String routingKey, NewMessage message) {
        return functions.again(() -> transactions.statement(connection -> one(connection, routingKey, message)));
    }

    /** Publishes a message in the caller's transaction. @return how many queues got it */
    public int publish(Connection connection, @Nullable String routingKey, NewMessage message) {
        return Transactions.joined(connection, c -> one(c, routingKey, message));
    }

    /** Publishes all messages or none, in one statement. @return how many queues got each, in their order */
    public List<Integer> publishAll(@Nullable String routingKey, List<NewMessage> messages) {
        return messages.isEmpty()
                ? List.of()
                : functions.again(() -> transactions.statement(connection -> many(connection, routingKey, messages)));
    }

    /** The same in the caller's transaction. */
    public List<Integer> publishAll(Connection connection, @Nullable String routingKey, List<NewMessage> messages) {
        return messages.isEmpty() ? List.of() : Transactions.joined(connection, c -> many(c, routingKey, messages));
    }

    private int one(Connection connection, @Nullable String routingKey, NewMessage message) {
        try (PreparedStatement statement = connection.prepareStatement("select pgpro_queue_data.publish_"
                + functions.number(connection) + "(?, " + MessageBinding.parameters(message) + ")")) {
            statement.setString(1, routingKey);
            MessageBinding.bind(statement, 2, message);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getInt(1);
            }
        } catch (SQLException e) {
            throw functions.failed(e);
        }
    }

    private List<Integer> many(Connection connection, @Nullable String routingKey, List<NewMessage> messages) {
        try (PreparedStatement statement = connection.prepareStatement(
                "select pgpro_queue_data.publish_" + functions.number(connection) + QueueSql.PUBLISH_EACH)) {
            statement.setString(1, routingKey);
            MessageBinding.bindAll(statement, 2, messages);
            try (ResultSet row = statement.executeQuery()) {
                List<Integer> queues = new ArrayList<>(messages.size());
                while (row.next()) {
                    queues.add(row.getInt(1));
                }
                return queues;
            }
        } catch (SQLException e) {
            throw functions.failed(e);
        }
    }
}
