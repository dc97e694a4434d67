package dev.howdah.gateway;

import io.javalin.http.Context;
import java.time.Duration;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.databind.ObjectMapper;

/**
 * The statement before the call: settings that end with the transaction. The role comes last, because what follows is done
 * with its rights, and it is set even where it is none: what a function may have left on the connection must not count.
 */
record RequestSettings(
        Caller caller,
        String searchPath,
        String method,
        String path,
        String headers,
        String cookies,
        boolean readOnly,
        boolean base64) {

    private static final ObjectMapper JSON = new ObjectMapper();

    static RequestSettings of(Context request, Caller caller, String searchPath, boolean readOnly, boolean base64) {
        Map<String, String> headers = new TreeMap<>();
        for (String name : Collections.list(request.req().getHeaderNames())) {
            String key = name.toLowerCase(Locale.ROOT);
            if (!key.equals("cookie")) {
                headers.put(
                        key, String.join(", ", Collections.list(request.req().getHeaders(name))));
            }
        }
        return new RequestSettings(
                caller,
                searchPath,
                request.req().getMethod(),
                request.path(),
                JSON.writeValueAsString(headers),
                JSON.writeValueAsString(request.cookieMap()),
                readOnly,
                base64);
    }

    /** @param before a function to call before all others, schema-qualified and quoted */
    SqlText sql(Duration statementTimeout, Optional<String> before) {
        SqlText sql = new SqlText().add("select ");
        set(sql, "search_path", searchPath).add(", ");
        set(sql, "request.method", method).add(", ");
        set(sql, "request.path", path).add(", ");
        set(sql, "request.headers", headers).add(", ");
        set(sql, "request.cookies", cookies).add(", ");
        set(sql, "request.jwt.claims", caller.claims()).add(", ");
        set(sql, "howdah.bytea", base64 ? "base64" : "").add(", ");
        set(sql, "statement_timeout", Long.toString(statementTimeout.toMillis()))
                .add(", ");
        if (readOnly) {
            set(sql, "transaction_read_only", "on").add(", ");
        }
        set(sql, "role", caller.roleSetting()).add("; ");
        before.ifPresent(function -> sql.add("select " + function + "(); "));
        return sql;
    }

    private static SqlText set(SqlText sql, String name, String value) {
        return sql.add("set_config('" + name + "', ").text(value).add(", true)");
    }
}
