package dev.howdah.core;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** The one place that maps SQLSTATEs to exceptions. */
public final class SqlErrors {

    private static final String NONE = "";

    private SqlErrors() {}

    /** The exception for an error that is about no message in particular. */
    public static HowdahException of(SQLException error) {
        return of(error, null, null);
    }

    /** The exception for an error, with the queue, stream or entrypoint and the message that it is about. */
    public static HowdahException of(SQLException error, @Nullable String queue, @Nullable Long messageId) {
        String state = error.getSQLState();
        var details = new HowdahException.Details(message(error), error, state, queue, messageId);
        return switch (state == null || state.length() != 5 ? NONE : state) {
            case "23505", "23P01" -> new HowdahException.Duplicate(details);
            case "42501" -> new HowdahException.AccessDenied(details);
            case "42P01", "42883", "3F000" -> new HowdahException.NotInstalled(details);
            case "55P03" -> new HowdahException.Conflict(details);
            case "25006" -> new HowdahException.Unavailable(details); // a standby, or a primary that no longer is one
            case NONE -> byType(error, details);
            default ->
                switch (state.substring(0, 2)) {
                    case "22", "23" -> new HowdahException.InvalidInput(details);
                    case "28" -> new HowdahException.AccessDenied(details);
                    case "40" -> new HowdahException.Conflict(details);
                    case "08", "53" -> new HowdahException.Unavailable(details);
                    case "57" ->
                        state.startsWith("57P") ? new HowdahException.Unavailable(details) : byType(error, details);
                    default -> byType(error, details);
                };
        };
    }

    /** A pool that had no connection to give in time says so by type; its SQLSTATE is that of its last failure, if any. */
    private static HowdahException byType(SQLException error, HowdahException.Details details) {
        return error instanceof SQLTransientConnectionException
                ? new HowdahException.Unavailable(details)
                : HowdahException.other(details);
    }

    /** The error in one line, as a person wants to read it: the server's own words, without stack or position. */
    public static String message(SQLException error) {
        ServerErrorMessage server = error instanceof PSQLException e ? e.getServerErrorMessage() : null;
        String text = server != null && server.getMessage() != null ? server.getMessage() : error.getMessage();
        return text == null
                ? "SQL error " + error.getSQLState()
                : text.lines().findFirst().orElse("");
    }
}
