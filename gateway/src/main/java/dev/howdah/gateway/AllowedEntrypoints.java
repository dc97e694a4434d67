package dev.howdah.gateway;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which entrypoints a role may send jobs to. It holds for every function that has an argument {@code entrypoint}, or an
 * argument {@code jobs} with objects that have one. PostgreSQL decides, by the value that the function would get: a call
 * that is not allowed has no row of arguments, and so is never made.
 *
 * @param byRole entrypoints by role, {@code *} at their end standing for anything; the role {@code *} is every role that is
 *     not named. Empty: everybody may send to all of them
 */
record AllowedEntrypoints(Map<String, Set<String>> byRole) {

    static final String EVERY_OTHER = "*";

    private static final Set<String> JSON = Set.of("json", "jsonb");

    /** The condition on the arguments; none if this role may call this function with all of them. */
    Optional<SqlText> condition(@Nullable String role, RpcFunction function, Set<String> given, String arguments) {
        if (byRole.isEmpty()) {
            return Optional.empty();
        }
        List<SqlText> conditions = function.arguments().stream()
                .filter(argument -> given.contains(argument.name()))
                .filter(argument -> argument.name().equals("entrypoint")
                        || argument.name().equals("jobs") && JSON.contains(argument.typeName()))
                .map(argument -> {
                    String value = arguments + "." + SqlText.quoted(argument.name());
                    return argument.name().equals("entrypoint") ? one(value, role) : each(value, role);
                })
                .toList();
        return conditions.isEmpty() ? Optional.empty() : Optional.of(SqlText.joined(conditions, " and "));
    }

    /** A null is the function's own to refuse. */
    private SqlText one(String value, @Nullable String role) {
        return SqlText.of("coalesce(" + value + "::text like any (")
                .text(patterns(role))
                .add("::text[]), true)");
    }

    private SqlText each(String value, @Nullable String role) {
        return SqlText.of("not exists (select from jsonb_array_elements(" + value
                        + "::jsonb) as job where not coalesce(job ->> 'entrypoint' like any (")
                .text(patterns(role))
                .add("::text[]), true))");
    }

    private String patterns(@Nullable String role) {
        Set<String> allowed = role == null ? null : byRole.get(role);
        if (allowed == null) {
            allowed = byRole.getOrDefault(EVERY_OTHER, Set.of());
        }
        return allowed.stream()
                .map(AllowedEntrypoints::pattern)
                .map(SqlText::arrayElement)
                .collect(Collectors.joining(",", "{", "}"));
    }

    private static String pattern(String entrypoint) {
        boolean open = entrypoint.endsWith("*");
        String literal = open ? entrypoint.substring(0, entrypoint.length() - 1) : entrypoint;
        return literal.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + (open ? "%" : "");
    }
}
