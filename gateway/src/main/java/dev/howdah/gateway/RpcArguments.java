package dev.howdah.gateway;

import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import java.net.URLDecoder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.ObjectMapper;

/**
 * A call's arguments, from wherever the request has them.
 *
 * @param names of those that are given; a JSON null is given
 * @param json an object with them, for PostgreSQL to convert: word for word what the caller sent, if that was JSON
 * @param asText whether every value is text in PostgreSQL's input syntax, as in a query or a form
 */
record RpcArguments(Set<String> names, String json, boolean asText) {

    private static final ObjectMapper JSON = new ObjectMapper();
    /** Each byte one character: for text that is decoded to bytes first, and to characters when it is complete. */
    private static final Charset BYTES = StandardCharsets.ISO_8859_1;

    /** @throws RpcError 400 for what can't be read, 413 for what is too long */
    static RpcArguments of(Context request, int maxBodyBytes) {
        if (request.method() != HandlerType.POST) {
            String query = request.queryString();
            return fromPairs(query == null ? new byte[0] : query.getBytes(StandardCharsets.UTF_8));
        }
        String type = contentType(request.header("Content-Type"));
        return switch (type) {
            case "application/json" -> fromJson(RequestBody.utf8(RequestBody.read(request, maxBodyBytes)));
            case "application/x-www-form-urlencoded" -> fromPairs(RequestBody.read(request, maxBodyBytes));
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

    static RpcArguments fromJson(String text) {
        if (text.isBlank()) {
            return new RpcArguments(Set.of(), "{}", false);
        }
        try (JsonParser json = JSON.createParser(text)) {
            return fromJson(json, text);
        } catch (JacksonException e) {
            throw RpcError.badJson(e.getOriginalMessage());
        }
    }

    /** An object, or the first of an array of objects. */
    private static RpcArguments fromJson(JsonParser json, String text) {
        boolean array = json.nextToken() == JsonToken.START_ARRAY;
        if ((array ? json.nextToken() : json.currentToken()) != JsonToken.START_OBJECT) {
            throw RpcError.badJson("The body must be a JSON object with the function's arguments");
        }
        int start = (int) json.currentTokenLocation().getCharOffset();
        Set<String> names = new TreeSet<>();
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            names.add(json.currentName());
            json.nextToken();
            json.skipChildren();
        }
        int end = (int) json.currentLocation().getCharOffset();
        while (array && json.nextToken() != JsonToken.END_ARRAY) {
            json.skipChildren();
        }
        if (json.nextToken() != null) {
            throw RpcError.badJson("Something follows the end of the JSON");
        }
        return new RpcArguments(names, text.substring(start, end), false);
    }

    /** {@code name=value&…}, as a query or a form has it; the last of several values of a name counts. */
    static RpcArguments fromPairs(byte[] encoded) {
        Map<String, String> values = new LinkedHashMap<>();
        for (String pair : new String(encoded, BYTES).split("&")) {
            if (!pair.isEmpty()) {
                int equals = pair.indexOf('=');
                String name = equals < 0 ? pair : pair.substring(0, equals);
                values.put(decoded(name), equals < 0 ? "" : decoded(pair.substring(equals + 1)));
            }
        }
        return new RpcArguments(new TreeSet<>(values.keySet()), JSON.writeValueAsString(values), true);
    }

    private static String decoded(String encoded) {
        try {
            return RequestBody.utf8(URLDecoder.decode(encoded, BYTES).getBytes(BYTES));
        } catch (IllegalArgumentException e) {
            throw RpcError.badBody("Not URL-encoded: " + encoded);
        }
    }
}
