package dev.howdah.gateway;

import dev.howdah.gateway.Catalogue.Profile;
import dev.howdah.gateway.QueryParameters.Pair;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A request for a function, read as a whole; which function it means depends on what functions there are.
 *
 * @param type the body's, without parameters
 */
record RpcRequest(String name, boolean post, QueryParameters query, String type, byte[] body) {

    private static final String JSON = "application/json";
    private static final String FORM = "application/x-www-form-urlencoded";
    /** What a function with one parameter without a name must take, to be given a body of that type. */
    private static final Map<String, Set<String>> WHOLE = Map.of(
            JSON,
            Set.of("json", "jsonb"),
            "text/plain",
            Set.of("text"),
            "text/xml",
            Set.of("xml"),
            "application/octet-stream",
            Set.of("bytea"));

    /** A function, the arguments to call it with, and the parameters that its result is to be filtered by. */
    record Resolved(RpcFunction function, RpcArguments arguments, List<Pair> filters) {}

    /** @throws RpcError 400 for what can't be read, 408 for what comes too slowly, 413 for what is too long */
    static RpcRequest read(Context request, TrafficSettings traffic) {
        boolean post = request.method() == HandlerType.POST;
        String type = type(request.header("Content-Type"));
        if (post && !type.equals(FORM) && !WHOLE.containsKey(type)) {
            throw RpcError.badBody("Content-Type not acceptable: " + type);
        }
        byte[] body = post ? RequestBody.read(request, traffic) : new byte[0];
        return new RpcRequest(
                request.pathParam("function"), post, QueryParameters.of(request.queryString()), type, body);
    }

    private static String type(@Nullable String header) {
        if (header == null || header.isBlank()) {
            return JSON;
        }
        int parameters = header.indexOf(';');
        return (parameters < 0 ? header : header.substring(0, parameters))
                .strip()
                .toLowerCase(Locale.ROOT);
    }

    /** @throws RpcError PGRST202 if no function fits, PGRST203 if several do */
    Resolved resolve(Profile profile) {
        List<RpcFunction> overloads = profile.overloads(name);
        if (!post) {
            return ofPairs(query.pairs(), overloads, profile, true);
        }
        if (type.equals(FORM)) {
            return ofPairs(QueryParameters.of(body).pairs(), overloads, profile, false);
        }
        List<RpcFunction> whole = those(overloads, function -> function.takesBody(WHOLE.get(type)));
        if (!type.equals(JSON)) {
            if (whole.isEmpty()) {
                throw RpcError.badBody("Content-Type not acceptable: " + type + ": no function " + name
                        + " with one unnamed parameter takes it");
            }
            Object value = type.equals("application/octet-stream") ? body : RequestBody.utf8(body);
            return new Resolved(one(whole), RpcArguments.body(value), query.pairs());
        }
        String text = RequestBody.utf8(body);
        RpcArguments arguments;
        try {
            arguments = RpcArguments.fromJson(text);
        } catch (RpcError e) {
            if (whole.isEmpty()) {
                throw e;
            }
            return new Resolved(one(whole), RpcArguments.body(text), query.pairs());
        }
        List<RpcFunction> named = those(overloads, function -> function.takes(arguments.names()));
        if (named.isEmpty() && !whole.isEmpty()) {
            return new Resolved(one(whole), RpcArguments.body(text.isBlank() ? "{}" : text), query.pairs());
        }
        if (named.isEmpty()) {
            throw RpcError.noFunction(profile.name(), name, arguments.names(), overloads);
        }
        return new Resolved(one(named), arguments, query.pairs());
    }

    /** @param mixed whether there are filters among the arguments, as in a query; a form has none */
    private Resolved ofPairs(List<Pair> pairs, List<RpcFunction> overloads, Profile profile, boolean mixed) {
        List<RpcFunction> matches =
                those(overloads, function -> function.takes(names(pairs, isArgument(List.of(function), mixed))));
        if (matches.isEmpty()) {
            Set<String> names = names(pairs, isArgument(overloads, mixed));
            throw RpcError.noFunction(profile.name(), name, names, overloads);
        }
        RpcFunction function = one(matches);
        Map<Boolean, List<Pair>> parts =
                pairs.stream().collect(Collectors.partitioningBy(isArgument(List.of(function), mixed)));
        return new Resolved(
                function, RpcArguments.fromPairs(parts.get(true), function), mixed ? parts.get(false) : query.pairs());
    }

    private static Predicate<Pair> isArgument(List<RpcFunction> functions, boolean mixed) {
        return pair -> !mixed
                || !RowQuery.isReserved(pair.name())
                        && (!RowFilter.isCondition(pair.value())
                                || functions.stream().anyMatch(function -> function.hasArgument(pair.name())));
    }

    private static Set<String> names(List<Pair> pairs, Predicate<Pair> wanted) {
        return pairs.stream().filter(wanted).map(Pair::name).collect(Collectors.toCollection(TreeSet::new));
    }

    private static List<RpcFunction> those(List<RpcFunction> overloads, Predicate<RpcFunction> wanted) {
        List<RpcFunction> those = new ArrayList<>(overloads.size());
        for (RpcFunction function : overloads) {
            if (wanted.test(function)) {
                those.add(function);
            }
        }
        return those;
    }

    private static RpcFunction one(List<RpcFunction> matches) {
        if (matches.size() > 1) {
            throw RpcError.severalFunctions(matches);
        }
        return matches.get(0);
    }
}
