package dev.howdah.gateway;

import io.javalin.http.Context;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.Enumeration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.io.JsonStringEncoder;
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
        boolean base64,
        @Nullable String timeZone) {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final JsonStringEncoder QUOTING = JsonStringEncoder.getInstance();

    static RequestSettings of(Context request, Caller caller, String searchPath, boolean readOnly, boolean base64) {
        Map<String, String> cookies = request.cookieMap();
        return new RequestSettings(
                caller,
                searchPath,
                request.req().getMethod(),
                request.path(),
                headers(request.req()),
                cookies.isEmpty() ? "{}" : JSON.writeValueAsString(cookies),
                readOnly,
                base64,
                null);
    }

    RequestSettings in(@Nullable String zone) {
        return new RequestSettings(caller, searchPath, method, path, headers, cookies, readOnly, base64, zone);
    }

    /** All but the cookies, as a JSON object; written without a detour, for it is done for each request. */
    private static String headers(HttpServletRequest request) {
        StringBuilder json = new StringBuilder(256).append('{');
        Enumeration<String> names = request.getHeaderNames();
        while (names.hasMoreElements()) {
            String name = names.nextElement().toLowerCase(Locale.ROOT);
            if (name.equals("cookie")) {
                continue;
            }
            json.append(json.length() == 1 ? "\"" : ",\"");
            QUOTING.quoteAsString(name, json);
            json.append("\":\"");
            Enumeration<String> values = request.getHeaders(name);
            for (String comma = ""; values.hasMoreElements(); comma = ", ") {
                json.append(comma);
                QUOTING.quoteAsString(values.nextElement(), json);
            }
            json.append('"');
        }
        return json.append('}').toString();
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
        set(sql, "response.status", "").add(", ");
        set(sql, "response.headers", "").add(", ");
        set(sql, "howdah.bytea", base64 ? "base64" : "").add(", ");
        set(sql, "statement_timeout", Long.toString(statementTimeout.toMillis()))
                .add(", ");
        if (timeZone != null) {
            set(sql, "timezone", timeZone).add(", ");
        }
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
