package dev.howdah.stream;

import dev.howdah.core.CopyRows;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** Sends very many events in one transaction. */
final class BulkLoad {

    private static final int ROWS_A_STATEMENT = 1_000;
    private static final String FIELDS = " (ev_type, ev_data, ev_extra1, ev_extra2, ev_extra3, ev_extra4)";

    private final Connection connection;
    private final StreamSender sender;

    BulkLoad(Connection connection, StreamSender sender) {
        this.connection = connection;
        this.sender = sender;
    }

    long load(Iterator<NewEvent> events) {
        try (PreparedStatement statement = connection.prepareStatement(StreamSql.COPY_TARGET)) {
            statement.setString(1, sender.stream());
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getBoolean(2) ? copy(row.getString(1), events) : insert(events);
            }
        } catch (SQLException e) {
            throw sender.failed(e);
        }
    }

    private long insert(Iterator<NewEvent> events) throws SQLException {
        sender.lookUp(connection); // made anew, perhaps, and what an iterator gave can't be had again
        long sent = 0;
        List<NewEvent> some = new ArrayList<>(ROWS_A_STATEMENT);
        while (events.hasNext()) {
            some.add(events.next());
            if (some.size() == ROWS_A_STATEMENT || !events.hasNext()) {
                sent += sender.sendAll(connection, some).size();
                some.clear();
            }
        }
        return sent;
    }

    private long copy(String table, Iterator<NewEvent> events) throws SQLException {
        try (CopyRows rows = CopyRows.into(connection, table + FIELDS)) {
            while (events.hasNext()) {
                NewEvent event = events.next();
                rows.add(event.type(), event.data(), event.extra1(), event.extra2(), event.extra3(), event.extra4());
            }
            return rows.end();
        }
    }
}
