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
    /** How many names of arguments are repeated: somebody may send very many. */
    private static final int SHOWN = 100;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final int status;
    private final String code;
    private final @Nullable String details;
    private final @Nullable String hint;
    private final Map<String, String> headers = new LinkedHashMap<>();

    RpcError(int status, String code, String message, @Nullable String details, @Nullable String hint) {
        super(message, null, false, false);
        this.status = status;
        this.code = code;
        this.details = details;
        this.hint = hint;
        if (status == 503 || status == 504) {
            with("Retry-After", "1");
        }
    }

    private RpcError(int status, String code, String message) {
        this(status, code, message, null, null);
    }

    RpcError with(String header, String value) {
        headers.put(header, value);
        return this;
    }

    int status() {
        return status;
    }

    /** Headers that belong to it. */
    Map<String, String> headers() {
        return headers;
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

    static RpcError badMethod(String method, String what) {
        return new RpcError(405, "PGRST101", "Cannot use the " + method + " method on " + what);
    }

    static RpcError badBody(String message) {
        return new RpcError(400, "PGRST102", message);
    }

    static RpcError badJson(String details) {
        return new RpcError(400, "PGRST102", "Empty or invalid json", details, null);
    }

    /** A query parameter that can't be read. */
    static RpcError badQuery(String what, String details) {
        return new RpcError(400, "PGRST100", "failed to parse " + what, details, null);
    }

    static RpcError badRange(String details) {
        return new RpcError(416, "PGRST103", "Requested range not satisfiable", details, null);
    }

    static RpcError noProfile(String name, Set<String> profiles) {
        return new RpcError(
                406,
                "PGRST106",
                "Invalid schema: " + name,
                null,
                "Only the following schemas are exposed: " + String.join(", ", profiles));
    }

    static RpcError noMediaType(List<String> accept) {
        return new RpcError(406, "PGRST107", "None of these media types are available: " + String.join(", ", accept));
    }

    static RpcError notOneRow(long rows) {
        String details = "The result contains " + rows + " rows";
        return new RpcError(406, "PGRST116", "Cannot coerce the result to a single JSON object", details, null);
    }

    static RpcError badPreferences(List<String> preferences) {
        return new RpcError(
                400,
                "PGRST122",
                "Invalid preferences given with handling=strict",
                "Invalid preferences: " + String.join(", ", preferences),
                null);
    }

    static RpcError tooManyRows(long rows) {
        return new RpcError(
                400,
                "PGRST124",
                "Query result exceeds max-affected preference constraint",
                "The query affects " + rows + " rows",
                null);
    }

    static RpcError noEmbedding(String function, String name, boolean aggregate) {
        return aggregate
                ? new RpcError(400, "PGRST123", "Use of aggregate functions is not allowed")
                : new RpcError(
                        400,
                        "PGRST200",
                        "Could not find a relationship between '" + function + "' and '" + name
                                + "' in the schema cache",
                        "What a function gives has columns, but no other tables to be joined to",
                        null);
    }

    /** A token that can't be read or was not signed by whom it should be. */
    static RpcError badToken(String message) {
        return unauthorized("PGRST301", message)
                .with("WWW-Authenticate", "Bearer error=\"invalid_token\", error_description=\"" + message + "\"");
    }

    /** A token whose claims say that it does not count here and now. */
    static RpcError badClaims(String message) {
        return unauthorized("PGRST303", message)
                .with("WWW-Authenticate", "Bearer error=\"invalid_token\", error_description=\"" + message + "\"");
    }

    static RpcError noToken() {
        return unauthorized("PGRST302", "Anonymous access is disabled");
    }

    static RpcError noSecret() {
        return new RpcError(500, "PGRST300", "Server lacks JWT secret");
    }

    static RpcError noKeys() {
        return new RpcError(503, "PT503", "The keys that tokens are signed with can't be fetched now");
    }

    private static RpcError unauthorized(String code, String message) {
        return new RpcError(401, code, message).with("WWW-Authenticate", "Bearer");
    }

    static RpcError tooManyRequests(long retryAfterSeconds) {
        return new RpcError(429, "PT429", "Too many requests: come again in " + retryAfterSeconds + " s")
                .with("Retry-After", Long.toString(retryAfterSeconds));
    }

    static RpcError notAllowed() {
        return new RpcError(
                403,
                "PT403",
                "This role may not send jobs to this entrypoint",
                "The server's configuration has a list of what each role may send to.",
                null);
    }

    static RpcError noFunction(String schema, String name, Set<String> arguments, List<RpcFunction> overloads) {
        String more = arguments.size() > SHOWN ? ", and " + (arguments.size() - SHOWN) + " more)" : ")";
        String called = schema + "." + name
                + arguments.stream().sorted().limit(SHOWN).collect(Collectors.joining(", ", "(", more));
        String known = overloads.stream().map(RpcFunction::signature).collect(Collectors.joining(" or "));
        String hint = known.isEmpty() ? null : "Perhaps you meant to call the function " + known;
        if (arguments.size() == 1 && arguments.iterator().next().startsWith("{")) {
            hint = "The body looks like JSON, and is read as a form: send the header Content-Type: application/json";
        }
        return new RpcError(
                404,
                "PGRST202",
                "Could not find the function " + called + " in the schema cache",
                "Searched for the function " + called + ", but no matches were found among the exposed functions.",
                hint);
    }

    static RpcError severalFunctions(List<RpcFunction> matches) {
        return new RpcError(
                300,
                "PGRST203",
                "Could not choose the best candidate function between: "
                        + matches.stream().map(RpcFunction::signatureWithTypes).collect(Collectors.joining(", ")),
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
    static RpcError of(SQLException error, boolean anonymous) {
        if (error instanceof SQLTransientConnectionException) {
            return noConnection(error);
        }
        String state = error.getSQLState() == null ? "XX000" : error.getSQLState();
        ServerErrorMessage server = error instanceof PSQLException e ? e.getServerErrorMessage() : null;
        String message = server == null || server.getMessage() == null ? SqlErrors.message(error) : server.getMessage();
        String details = server == null ? null : server.getDetail();
        if (state.equals("PGRST")) {
            return ResponseChoice.raised(message, details);
        }
        int status = SqlStatus.of(error);
        boolean token = anonymous && state.equals("42501");
        RpcError answer =
                new RpcError(token ? 401 : status, state, message, details, server == null ? null : server.getHint());
        return token || status == 401 ? answer.with("WWW-Authenticate", "Bearer") : answer;
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
