package dev.howdah.gateway;

import dev.howdah.core.Transactions;
import dev.howdah.gateway.Catalogue.Profile;
import dev.howdah.gateway.RpcFunction.Argument;
import io.javalin.http.Context;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** Describes the functions that the caller may call, as PostgREST does: OpenAPI 2.0 at {@code /}. */
final class OpenApi {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Of these functions, those that the caller's role may execute. */
    private static final String EXECUTABLE = """
            select coalesce(json_agg(p.oid::bigint), '[]'), 1, 1, true, null, null
              from pg_proc p
             where p.oid = any (?::oid[])
               and has_function_privilege(p.oid, 'execute') and has_schema_privilege(p.pronamespace, 'usage')""";

    private final Transactions transactions;
    private final GatewaySettings settings;
    private final RpcCatalogue catalogue;

    OpenApi(Transactions transactions, GatewaySettings settings, RpcCatalogue catalogue) {
        this.transactions = transactions;
        this.settings = settings;
        this.catalogue = catalogue;
    }

    void describe(Context request, Caller caller) {
        MediaType type = MediaType.wanted(Collections.list(request.req().getHeaders("Accept")), true);
        Catalogue known = catalogue.current();
        Profile profile = known.profile(request.header("Accept-Profile"));
        Set<Long> executable = executable(request, caller, profile);
        Map<String, Object> paths = new LinkedHashMap<>();
        profile.functions().forEach((name, overloads) -> {
            List<RpcFunction> allowed = overloads.stream()
                    .filter(function -> executable.contains(function.oid()))
                    .toList();
            if (!allowed.isEmpty()) {
                paths.put("/rpc/" + name, path(allowed));
            }
        });
        if (known.hasSeveralProfiles()) {
            request.header("Content-Profile", profile.name());
        }
        request.contentType(type.header()).result(JSON.writeValueAsString(document(profile, paths)));
    }

    private Set<Long> executable(Context request, Caller caller, Profile profile) {
        String oids = profile.functions().values().stream()
                .flatMap(List::stream)
                .map(function -> Long.toString(function.oid()))
                .collect(Collectors.joining(",", "{", "}"));
        SqlText sql = RequestSettings.of(request, caller, profile.searchPath(), true, false)
                .sql(settings.statementTimeout(), java.util.Optional.empty());
        String[] parts = EXECUTABLE.split("\\?", 2);
        RpcResult result =
                RpcCall.of(sql.add(parts[0]).text(oids).add(parts[1])).in(transactions);
        Set<Long> executable = new LinkedHashSet<>();
        for (JsonNode oid : JSON.readTree(String.valueOf(result.body()))) {
            executable.add(oid.longValue());
        }
        return executable;
    }

    private static Map<String, Object> document(Profile profile, Map<String, Object> paths) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("swagger", "2.0");
        document.put(
                "info",
                Map.of(
                        "title",
                        "Howdah",
                        "description",
                        "The functions of schema " + profile.name() + " that you may call",
                        "version",
                        String.valueOf(version())));
        document.put("basePath", "/");
        document.put("consumes", List.of("application/json"));
        document.put("produces", List.of("application/json", "text/csv", "application/vnd.pgrst.object+json"));
        document.put(
                "securityDefinitions",
                Map.of(
                        "JWT",
                        Map.of(
                                "type", "apiKey",
                                "in", "header",
                                "name", "Authorization",
                                "description", "Bearer, a space, and the token")));
        document.put("paths", paths);
        return document;
    }

    private static String version() {
        String version = OpenApi.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    /** Overloads share a path: what any of them takes is a parameter, what all of them need is required. */
    private static Map<String, Object> path(List<RpcFunction> overloads) {
        Map<String, Object> path = new LinkedHashMap<>();
        if (overloads.stream().noneMatch(RpcFunction::mayWrite)) {
            path.put("get", operation(overloads, query(overloads)));
        }
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("in", "body");
        body.put("name", "args");
        body.put("required", true);
        body.put("schema", schema(overloads));
        path.put("post", operation(overloads, List.of(body)));
        return path;
    }

    private static Map<String, Object> operation(List<RpcFunction> overloads, List<Map<String, Object>> parameters) {
        Map<String, Object> operation = new LinkedHashMap<>();
        operation.put("tags", List.of("(rpc) " + overloads.get(0).name()));
        String comment = overloads.stream()
                .map(RpcFunction::comment)
                .filter(text -> text != null)
                .findFirst()
                .orElse(null);
        if (comment != null) {
            operation.put("summary", comment.lines().findFirst().orElse(""));
            operation.put("description", comment);
        }
        operation.put("parameters", parameters);
        boolean nothing =
                overloads.stream().allMatch(function -> function.result().kind() == RpcFunction.Kind.VOID);
        operation.put("responses", Map.of(nothing ? "204" : "200", Map.of("description", nothing ? "Done" : "OK")));
        return operation;
    }

    private static List<Map<String, Object>> query(List<RpcFunction> overloads) {
        Set<String> required = required(overloads);
        return arguments(overloads).entrySet().stream()
                .map(entry -> {
                    Map<String, Object> parameter = new LinkedHashMap<>();
                    parameter.put("in", "query");
                    parameter.put("name", entry.getKey());
                    parameter.put("required", required.contains(entry.getKey()));
                    Object type = type(entry.getValue()).getOrDefault("type", "array");
                    parameter.put("type", "array".equals(type) ? "string" : type);
                    parameter.put("format", entry.getValue());
                    return parameter;
                })
                .toList();
    }

    private static Map<String, Object> schema(List<RpcFunction> overloads) {
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("type", "object");
        Set<String> required = required(overloads);
        if (!required.isEmpty()) {
            schema.put("required", required);
        }
        Map<String, Object> properties = new LinkedHashMap<>();
        arguments(overloads).forEach((name, typeName) -> properties.put(name, type(typeName)));
        schema.put("properties", properties);
        return schema;
    }

    private static Map<String, String> arguments(List<RpcFunction> overloads) {
        Map<String, String> arguments = new LinkedHashMap<>();
        for (RpcFunction function : overloads) {
            for (Argument argument : function.arguments()) {
                if (!argument.name().isEmpty()) {
                    arguments.putIfAbsent(argument.name(), argument.typeName());
                }
            }
        }
        return arguments;
    }

    private static Set<String> required(List<RpcFunction> overloads) {
        Set<String> required = new LinkedHashSet<>(arguments(overloads).keySet());
        for (RpcFunction function : overloads) {
            required.retainAll(function.arguments().stream()
                    .filter(argument -> !argument.optional())
                    .map(Argument::name)
                    .toList());
        }
        return required;
    }

    /** JSON's own types have none: an array is one as well as an object. */
    private static Map<String, Object> type(String typeName) {
        Map<String, Object> type = new LinkedHashMap<>();
        if (typeName.endsWith("[]")) {
            type.put("type", "array");
            type.put("items", type(typeName.substring(0, typeName.length() - 2)));
            return type;
        }
        if (!typeName.equals("json") && !typeName.equals("jsonb")) {
            type.put("type", jsonType(typeName));
        }
        type.put("format", typeName);
        return type;
    }

    private static String jsonType(String typeName) {
        return switch (typeName) {
            case "smallint", "integer", "bigint" -> "integer";
            case "numeric", "real", "double precision" -> "number";
            case "boolean" -> "boolean";
            default -> "string";
        };
    }
}
