package dev.howdah.queue;

import dev.howdah.core.CopyRows;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Sends very many messages in one transaction: into the queue's line by COPY, in between those that are delayed. */
final class BulkLoad {

    private static final int DELAYED_A_STATEMENT = 1_000;

    private final Connection connection;
    private final QueueSender sender;
    private final List<NewMessage> delayed = new ArrayList<>();

    BulkLoad(Connection connection, QueueSender sender) {
        this.connection = connection;
        this.sender = sender;
    }

    /** What the queue says of where to write, and what where a message says nothing. */
    private record Target(String segment, String retries, String retryDelay) {}

    long load(Iterator<NewMessage> messages) {
        try {
            long sent = 0;
            while (messages.hasNext()) {
                sent += copy(target(), messages);
                sent += sender.sendAll(connection, delayed).size();
                delayed.clear();
            }
            return sent;
        } catch (SQLException e) {
            throw sender.functions().failed(e);
        }
    }

    private Target target() throws SQLException {
        sender.functions().lookUp(connection); // made anew, perhaps, and what an iterator gave can't be had again
        try (PreparedStatement statement = connection.prepareStatement(QueueSql.COPY_TARGET)) {
            statement.setString(1, sender.functions().name());
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return new Target(row.getString(1), row.getString(2), row.getString(3));
            }
        }
    }

    /** Until there are enough delayed ones for a statement, which can't go in while rows do. */
    private long copy(Target target, Iterator<NewMessage> messages) throws SQLException {
        try (CopyRows rows = CopyRows.into(
                connection, target.segment + " (body, body_xml, priority, properties, retries, retrydelay)")) {
            while (messages.hasNext() && delayed.size() < DELAYED_A_STATEMENT) {
                NewMessage message = messages.next();
                if (message.isDelayed()) {
                    delayed.add(message);
                } else {
                    rows.add(
                            message.json(),
                            message.xml(),
                            Integer.toString(message.priority()),
                            message.properties(),
                            or(message.retries(), target.retries),
                            or(message.retryDelaySeconds(), target.retryDelay));
                }
            }
            return rows.end();
        }
    }

    private static String or(@Nullable Integer value, String otherwise) {
        return value == null ? otherwise : value.toString();
    }
}
