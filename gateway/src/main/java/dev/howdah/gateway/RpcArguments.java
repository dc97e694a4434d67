package dev.howdah.gateway;

import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/**
 * A call's arguments, from wherever the request has them.
 *
 * @param names of those that are given; a JSON null is given
 * @param json an object with them, for PostgreSQL to convert
 */
record RpcArguments(Set<String> names, String json) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** @throws RpcError 400 for what can't be read, 413 for what is too long */
    static RpcArguments of(Context request, int maxBodyBytes) {
        if (request.method() != HandlerType.POST) {
            return fromPairs(request.queryString());
        }
        String type = contentType(request.header("Content-Type"));
        return switch (type) {
            case "application/json" -> fromJson(body(request, maxBodyBytes));
            case "application/x-www-form-urlencoded" ->
                fromPairs(new String(body(request, maxBodyBytes), StandardCharsets.UTF_8));
            default -> throw RpcError.badBody("Content-Type not acceptable: " + type);
        };
    }

    private static String contentType(@Nullable String header) {
        if (header == null || header.isBlank()) {
            return "application/json";
        }
        int parameters = header.indexOf(';');
        return (parameters < 0 ? header : header.substring(0, parameters))
                .strip()
                .toLowerCase(Locale.ROOT);
    }

    /** Reads no more than the limit, whether the request says its length or not. */
    private static byte[] body(Context request, int maxBytes) {
        try (InputStream in = request.bodyInputStream()) {
            byte[] body = request.contentLength() > maxBytes ? new byte[0] : in.readNBytes(maxBytes + 1);
            if (request.contentLength() > maxBytes || body.length > maxBytes) {
                throw RpcError.tooLarge(maxBytes);
            }
            return body;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static RpcArguments fromJson(byte[] body) {
        String text = new String(body, StandardCharsets.UTF_8);
        if (text.isBlank()) {
            return new RpcArguments(Set.of(), "{}");
        }
        JsonNode root = parse(text);
        if (root.isArray() && !root.isEmpty() && root.get(0).isObject()) {
            root = root.get(0);
            text = root.toString();
        }
        if (!root.isObject()) {
            throw RpcError.badJson("The body must be a JSON object with the function's arguments");
        }
        return new RpcArguments(new TreeSet<>(root.propertyNames()), text);
    }

    private static JsonNode parse(String text) {
        try {
            return JSON.readTree(text);
        } catch (JacksonException e) {
            throw RpcError.badJson(e.getOriginalMessage());
        }
    }

    /** {@code name=value&…}, as a query or a form has it; the last of several values of a name counts. */
    private static RpcArguments fromPairs(@Nullable String encoded) {
        Map<String, String> values = new LinkedHashMap<>();
        for (String pair : encoded == null ? new String[0] : encoded.split("&")) {
            if (!pair.isEmpty()) {
                int equals = pair.indexOf('=');
                String name = equals < 0 ? pair : pair.substring(0, equals);
                values.put(decoded(name), equals < 0 ? "" : decoded(pair.substring(equals + 1)));
            }
        }
        return new RpcArguments(new TreeSet<>(values.keySet()), JSON.writeValueAsString(values));
    }

    private static String decoded(String encoded) {
        try {
            return URLDecoder.decode(encoded, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw RpcError.badBody("Not URL-encoded: " + encoded);
        }
    }
}
