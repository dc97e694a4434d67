package dev.howdah.gateway;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** What SQL chose for its answer: {@code response.status} and {@code response.headers}, or an error raised as PGRST. */
final class ResponseChoice {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** What only the HTTP server can say. */
    private static final Set<String> FRAMING = Set.of("content-length", "transfer-encoding", "connection", "trailer");

    private ResponseChoice() {}

    /** @throws RpcError 500 PGRST112 if it is none */
    static int status(@Nullable String chosen, int otherwise) {
        if (chosen == null) {
            return otherwise;
        }
        if (!chosen.matches("[2-5]\\d\\d")) {
            throw new RpcError(500, "PGRST112", "response.status guc must be a valid status code", null, null);
        }
        return Integer.parseInt(chosen);
    }

    /** @throws RpcError 500 PGRST111 if these are none */
    static List<Map.Entry<String, String>> headers(@Nullable String chosen) {
        if (chosen == null) {
            return List.of();
        }
        List<Map.Entry<String, String>> headers = new ArrayList<>();
        try {
            JsonNode array = JSON.readTree(chosen);
            for (JsonNode item :
                    array.isArray() ? array : JSON.createArrayNode().addNull()) {
                if (item.size() != 1) {
                    throw badHeaders();
                }
                addHeaders(item, headers);
            }
        } catch (JacksonException e) {
            throw badHeaders();
        }
        return headers;
    }

    private static RpcError badHeaders() {
        return new RpcError(
                500,
                "PGRST111",
                "response.headers guc must be a JSON array composed of objects with a single key and a string value",
                null,
                null);
    }

    private static void addHeaders(JsonNode object, List<Map.Entry<String, String>> headers) {
        for (Map.Entry<String, JsonNode> header : object.properties()) {
            if (!header.getValue().isString()
                    || FRAMING.contains(header.getKey().toLowerCase(Locale.ROOT))
                    || !header.getKey().matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+")
                    || !header.getValue().stringValue().matches("[\\t\\x20-\\x7e\\x80-\\xff]*")) {
                throw badHeaders();
            }
            headers.add(Map.entry(header.getKey(), header.getValue().stringValue()));
        }
    }

    /**
     * The error that {@code raise sqlstate 'PGRST'} means: its message is the body, its detail status and headers.
     *
     * @return 500 PGRST121 if they can't be read
     */
    static RpcError raised(@Nullable String message, @Nullable String detail) {
        try {
            JsonNode body = JSON.readTree(message == null ? "" : message);
            if (!body.path("code").isString() || !body.path("message").isString()) {
                return badRaise("MESSAGE", message);
            }
            JsonNode answer = JSON.readTree(detail == null ? "" : detail);
            int status = answer.path("status").isInt() ? answer.path("status").intValue() : 0;
            if (status < 200 || status > 599 || !answer.path("headers").isObject()) {
                return badRaise("DETAIL", detail);
            }
            List<Map.Entry<String, String>> headers = new ArrayList<>();
            addHeaders(answer.path("headers"), headers);
            RpcError error = new RpcError(
                    status,
                    body.path("code").stringValue(),
                    body.path("message").stringValue(),
                    text(body.path("details")),
                    text(body.path("hint")));
            headers.forEach(header -> error.with(header.getKey(), header.getValue()));
            return error;
        } catch (JacksonException | RpcError e) {
            return badRaise("MESSAGE or DETAIL", message);
        }
    }

    private static @Nullable String text(JsonNode value) {
        return value.isString()
                ? value.stringValue()
                : value.isMissingNode() || value.isNull() ? null : value.toString();
    }

    private static RpcError badRaise(String what, @Nullable String value) {
        return new RpcError(
                500,
                "PGRST121",
                "Could not parse JSON in the \"RAISE SQLSTATE 'PGRST'\" error",
                "Invalid JSON value for " + what + ": '" + value + "'",
                what.equals("DETAIL")
                        ? "DETAIL must be a JSON object with obligatory keys: \"status\", \"headers\""
                                + " and optional key: \"status_text\"."
                        : "MESSAGE must be a JSON object with obligatory keys: \"code\", \"message\""
                                + " and optional keys: \"details\", \"hint\".");
    }
}
