package dev.howdah.gateway;

import dev.howdah.core.SqlErrors;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;
import tools.jackson.databind.ObjectMapper;

/** An answer that says what was wrong, as PostgREST words it: code, message, details, hint. */
final class RpcError extends RuntimeException {

    static final String CONTENT_TYPE = "application/json; charset=utf-8";

    private static final long serialVersionUID = 1L;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final int status;
    private final String code;
    private final @Nullable String details;
    private final @Nullable String hint;

    RpcError(int status, String code, String message, @Nullable String details, @Nullable String hint) {
        super(message, null, false, false);
        this.status = status;
        this.code = code;
        this.details = details;
        this.hint = hint;
    }

    private RpcError(int status, String code, String message) {
        this(status, code, message, null, null);
    }

    int status() {
        return status;
    }

    /** All four are always there, for what a client library passes on as it is. */
    String json() {
        Map<String, @Nullable String> body = new LinkedHashMap<>();
        body.put("code", code);
        body.put("details", details);
        body.put("hint", hint);
        body.put("message", getMessage());
        return JSON.writeValueAsString(body);
    }

    static RpcError badPath() {
        return new RpcError(404, "PGRST125", "Invalid path specified in request URL");
    }

    static RpcError badMethod(String method) {
        return new RpcError(405, "PGRST101", "Cannot use the " + method + " method on RPC");
    }

    static RpcError badBody(String message) {
        return new RpcError(400, "PGRST102", message);
    }

    static RpcError badJson(String details) {
        return new RpcError(400, "PGRST102", "Empty or invalid json", details, null);
    }

    static RpcError noFunction(String name, Set<String> arguments, List<RpcFunction> overloads) {
        String called = name + arguments.stream().sorted().collect(Collectors.joining(", ", "(", ")"));
        String known = overloads.stream().map(RpcFunction::signature).collect(Collectors.joining(" or "));
        return new RpcError(
                404,
                "PGRST202",
                "Could not find the function " + called + " in the schema cache",
                "Searched for the function " + called + ", but no matches were found among the exposed functions.",
                known.isEmpty() ? null : "Perhaps you meant to call the function " + known);
    }

    static RpcError severalFunctions(List<RpcFunction> matches) {
        return new RpcError(
                300,
                "PGRST203",
                "Could not choose the best candidate function between: "
                        + matches.stream().map(RpcFunction::signature).collect(Collectors.joining(", ")),
                null,
                "Try renaming the parameters or the function itself in the database so function overloading can be resolved");
    }

    static RpcError tooLarge(int maxBytes) {
        return new RpcError(413, "PT413", "Request body is larger than " + maxBytes + " bytes");
    }

    /** What the HTTP server itself refused: a request that is none, headers without end. */
    static RpcError refused(int status, @Nullable String message) {
        return new RpcError(status, "PT" + status, message == null ? "Refused" : message);
    }

    static RpcError forbidden(String message) {
        return new RpcError(403, "PT403", message);
    }

    static RpcError internal() {
        return new RpcError(500, "XX000", "Internal error; the server's log says more");
    }

    /** What PostgreSQL said, with the status that PostgREST gives it. */
    static RpcError of(SQLException error) {
        if (error instanceof SQLTransientConnectionException) {
            return noConnection(error);
        }
        String state = error.getSQLState() == null ? "XX000" : error.getSQLState();
        ServerErrorMessage server = error instanceof PSQLException e ? e.getServerErrorMessage() : null;
        return new RpcError(
                SqlStatus.of(error),
                state,
                server == null || server.getMessage() == null ? SqlErrors.message(error) : server.getMessage(),
                server == null ? null : server.getDetail(),
                server == null ? null : server.getHint());
    }

    /** What the pool said: that PostgreSQL can't be reached, or that all connections are in use. */
    private static RpcError noConnection(SQLException error) {
        if (error.getCause() instanceof SQLException cause) {
            String message = "Database connection error. Retrying the connection.";
            return new RpcError(503, "PGRST000", message, SqlErrors.message(cause), null);
        }
        return new RpcError(504, "PGRST003", "Timed out acquiring connection from connection pool.");
    }
}
