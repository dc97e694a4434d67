package dev.howdah.gateway;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.JsonRecyclerPools;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/**
 * A call's arguments, from wherever the request has them.
 *
 * @param names of those that are given; a JSON null is given
 * @param value an object with them, for PostgreSQL to convert: word for word what the caller sent, if that was JSON; or the
 *     whole body, as text or bytes
 */
record RpcArguments(Set<String> names, Object value, Syntax syntax) {

    private static final ObjectMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .recyclerPool(JsonRecyclerPools.threadLocalPool())
                    .build())
            .build();

    /** How the values are written. */
    enum Syntax {
        JSON,
        /** Each is text in PostgreSQL's input syntax, as in a query or a form. */
        TEXT,
        /** The one value has no name. */
        BODY
    }

    static RpcArguments body(Object body) {
        return new RpcArguments(Set.of(), body, Syntax.BODY);
    }

    /** @throws RpcError 400 PGRST102 for what is no JSON object, nor an array that begins with one */
    static RpcArguments fromJson(String text) {
        if (text.isBlank()) {
            return new RpcArguments(Set.of(), "{}", Syntax.JSON);
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
        return new RpcArguments(names, text.substring(start, end), Syntax.JSON);
    }

    /** The last of several values of a name counts; those of a variadic parameter are its elements. */
    static RpcArguments fromPairs(List<QueryParameters.Pair> pairs, RpcFunction function) {
        Map<String, String> values = new LinkedHashMap<>();
        for (QueryParameters.Pair pair : pairs) {
            if (isVariadic(pair.name(), function)) {
                String element = SqlText.arrayElement(pair.value());
                values.merge(
                        pair.name(),
                        "{" + element + "}",
                        (before, ignored) -> before.substring(0, before.length() - 1) + "," + element + "}");
            } else {
                values.put(pair.name(), pair.value());
            }
        }
        return new RpcArguments(new TreeSet<>(values.keySet()), JSON.writeValueAsString(values), Syntax.TEXT);
    }

    private static boolean isVariadic(String name, RpcFunction function) {
        return function.arguments().stream()
                .anyMatch(argument -> argument.variadic() && argument.name().equals(name));
    }
}
