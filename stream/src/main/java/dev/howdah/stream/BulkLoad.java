package dev.howdah.stream;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/** Sends very many events in one transaction. */
final class BulkLoad {

    private static final int ROWS_A_STATEMENT = 1_000;
    private static final int CHARS_A_PACKET = 64 * 1024;

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
        CopyIn copy = connection
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyIn("copy " + table + " (ev_type, ev_data, ev_extra1, ev_extra2, ev_extra3, ev_extra4) from stdin");
        try {
            StringBuilder rows = new StringBuilder(CHARS_A_PACKET + 1024);
            while (events.hasNext()) {
                append(rows, events.next());
                if (rows.length() >= CHARS_A_PACKET) {
                    write(copy, rows);
                }
            }
            write(copy, rows);
            return copy.endCopy();
        } finally {
            if (copy.isActive()) {
                copy.cancelCopy();
            }
        }
    }

    private static void write(CopyIn copy, StringBuilder rows) throws SQLException {
        byte[] bytes = rows.toString().getBytes(StandardCharsets.UTF_8);
        copy.writeToCopy(bytes, 0, bytes.length);
        rows.setLength(0);
    }

    private static void append(StringBuilder rows, NewEvent event) throws SQLException {
        field(rows, event.type());
        rows.append('\t');
        field(rows, event.data());
        rows.append('\t');
        field(rows, event.extra1());
        rows.append('\t');
        field(rows, event.extra2());
        rows.append('\t');
        field(rows, event.extra3());
        rows.append('\t');
        field(rows, event.extra4());
        rows.append('\n');
    }

    /** As COPY's text format has it. */
    private static void field(StringBuilder rows, @Nullable String value) throws SQLException {
        if (value == null) {
            rows.append("\\N");
            return;
        }
        int written = 0;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '\\' || c == '\n' || c == '\r' || c == '\t') {
                rows.append(value, written, i).append('\\').append(escaped(c));
                written = i + 1;
            } else if (Character.isSurrogate(c)) {
                i = WholeText.endOfPair(value, i);
            }
        }
        rows.append(value, written, value.length());
    }

    private static char escaped(char c) {
        return switch (c) {
            case '\n' -> 'n';
            case '\r' -> 'r';
            case '\t' -> 't';
            default -> c;
        };
    }
}
