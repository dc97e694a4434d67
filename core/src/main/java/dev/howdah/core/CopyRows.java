package dev.howdah.core;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/** Rows that go into a table by COPY, in its text format. While it is open the connection can do nothing else. */
public final class CopyRows implements AutoCloseable {

    private static final int CHARS_A_PACKET = 64 * 1024;

    private final CopyIn copy;
    private final StringBuilder rows = new StringBuilder(CHARS_A_PACKET + 1024);

    private CopyRows(CopyIn copy) {
        this.copy = copy;
    }

    /** @param target a table with its columns, as they are written after {@code copy} */
    public static CopyRows into(Connection connection, String target) throws SQLException {
        return new CopyRows(
                connection.unwrap(PGConnection.class).getCopyAPI().copyIn("copy " + target + " from stdin"));
    }

    /** @throws SQLException also for half of a surrogate pair */
    public void add(@Nullable String... fields) throws SQLException {
        for (int i = 0; i < fields.length; i++) {
            append(fields[i]);
            rows.append(i < fields.length - 1 ? '\t' : '\n');
        }
        if (rows.length() >= CHARS_A_PACKET) {
            write();
        }
    }

    /** Lets PostgreSQL have them all. @return how many */
    public long end() throws SQLException {
        write();
        return copy.endCopy();
    }

    /** Cancels what has not been ended. */
    @Override
    public void close() throws SQLException {
        if (copy.isActive()) {
            copy.cancelCopy();
        }
    }

    private void write() throws SQLException {
        byte[] bytes = rows.toString().getBytes(StandardCharsets.UTF_8);
        copy.writeToCopy(bytes, 0, bytes.length);
        rows.setLength(0);
    }

    private void append(@Nullable String value) throws SQLException {
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
        if (written == 0) {
            rows.append(value); // at once: a part of it would be appended char by char
        } else {
            rows.append(value, written, value.length());
        }
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
