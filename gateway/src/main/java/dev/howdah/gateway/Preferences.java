package dev.howdah.gateway;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What the Prefer headers say; of two that contradict each other the first counts.
 *
 * @param count whether all rows are to be counted, also those that are not sent
 * @param rollback whether the transaction is to be rolled back
 * @param strict whether a preference that is none is an error
 * @param maxAffected how many rows there may be, if {@code strict}; negative is any number
 * @param timeZone to be in force during the call; null is the database's
 * @param base64 how bytea arguments are written: base64, PostgreSQL's own syntax, or as the configuration has it (null)
 * @param applied what to tell the client
 */
record Preferences(
        boolean count,
        boolean rollback,
        boolean strict,
        long maxAffected,
        @Nullable String timeZone,
        @Nullable Boolean base64,
        String applied) {

    /** Preferences that mean nothing for functions are no errors. */
    private static final Map<String, Set<String>> KNOWN = Map.of(
            "count", Set.of("exact", "planned", "estimated"),
            "tx", Set.of("commit", "rollback"),
            "handling", Set.of("strict", "lenient"),
            "bytea", Set.of("base64", "postgres"),
            "return", Set.of("representation", "minimal", "headers-only"),
            "resolution", Set.of("merge-duplicates", "ignore-duplicates"),
            "missing", Set.of("default", "null"));

    private static final Set<String> APPLIED = Set.of("count", "handling", "max-affected", "bytea", "timezone");

    private static final Preferences NONE = new Preferences(false, false, false, -1, null, null, "");

    /**
     * @param rollbackAllowed whether {@code tx} is the client's to choose
     * @param timeZones that there are
     * @throws RpcError 400 PGRST122 for what is none, with {@code handling=strict}
     */
    static Preferences of(List<String> headers, boolean rollbackAllowed, Predicate<String> timeZones) {
        if (headers.isEmpty()) {
            return NONE;
        }
        Map<String, String> given = new LinkedHashMap<>();
        List<String> invalid = new ArrayList<>();
        for (String header : headers) {
            for (String item : header.split(",")) {
                String preference = item.strip();
                int equals = preference.indexOf('=');
                String name = equals < 0 ? preference : preference.substring(0, equals);
                String value = equals < 0 ? "" : preference.substring(equals + 1);
                if (isValid(name, value, timeZones)) {
                    given.putIfAbsent(name, value);
                } else if (!preference.isEmpty()) {
                    invalid.add(preference);
                }
            }
        }
        boolean strict = "strict".equals(given.get("handling"));
        if (strict && !invalid.isEmpty()) {
            throw RpcError.badPreferences(invalid);
        }
        List<String> applied = new ArrayList<>();
        given.forEach((name, value) -> {
            boolean counts = name.equals("tx") ? rollbackAllowed : APPLIED.contains(name);
            if (counts && (strict || !name.equals("max-affected"))) {
                applied.add(name + "=" + value);
            }
        });
        return new Preferences(
                given.containsKey("count"),
                rollbackAllowed && "rollback".equals(given.get("tx")),
                strict,
                strict && given.containsKey("max-affected") ? Long.parseLong(given.get("max-affected")) : -1,
                given.get("timezone"),
                given.containsKey("bytea") ? Boolean.valueOf("base64".equals(given.get("bytea"))) : null,
                String.join(", ", applied));
    }

    private static boolean isValid(String name, String value, Predicate<String> timeZones) {
        return switch (name) {
            case "max-affected" -> value.matches("\\d{1,18}");
            case "timezone" -> timeZones.test(value);
            default -> KNOWN.getOrDefault(name, Set.of()).contains(value);
        };
    }
}
