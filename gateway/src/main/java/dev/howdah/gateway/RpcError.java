package dev.howdah.gateway;

import dev.howdah.core.SqlErrors;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** An answer that says what was wrong, as PostgREST words it: code, message, details, hint. */
final class RpcError extends RuntimeException {

    private static final long serialVersionUID = 1L;

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

    Map<String, @Nullable String> body() {
        Map<String, @Nullable String> body = new LinkedHashMap<>();
        body.put("code", code);
        body.put("details", details);
        body.put("hint", hint);
        body.put("message", getMessage());
        return body;
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

    static RpcError tooLarge(int maxBytes) {
        return new RpcError(413, "PT413", "Request body is larger than " + maxBytes + " bytes");
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
            return new RpcError(504, "PGRST003", "Timed out acquiring connection from connection pool.");
        }
        String state = error.getSQLState() == null ? "XX000" : error.getSQLState();
        ServerErrorMessage server = error instanceof PSQLException e ? e.getServerErrorMessage() : null;
        return new RpcError(
                SqlStatus.of(error),
                state,
                SqlErrors.message(error),
                server == null ? null : server.getDetail(),
                server == null ? null : server.getHint());
    }
}
