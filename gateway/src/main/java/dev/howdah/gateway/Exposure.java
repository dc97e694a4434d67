package dev.howdah.gateway;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which functions may be called, as the configuration says it.
 *
 * @param names of functions that the search_path finds
 * @param qualified functions, as {@code schema.name}
 * @param schemas of which all functions may be called
 * @param profiles every schema that is named, in the order of the configuration
 */
record Exposure(Set<String> names, Set<String> qualified, Set<String> schemas, Set<String> profiles) {

    private static final String ALL = ".*";

    /** @throws IllegalArgumentException for what names no function */
    static Exposure of(List<String> exposed) {
        for (String item : exposed) {
            int dot = item.indexOf('.');
            if (item.isBlank() || dot == 0 || dot == item.length() - 1) {
                throw new IllegalArgumentException("not a function to expose: '" + item
                        + "' (write function, schema.function, or schema.* for all functions of a schema)");
            }
        }
        return new Exposure(
                select(exposed.stream().filter(item -> !item.contains("."))),
                select(exposed.stream().filter(item -> item.contains(".") && !item.endsWith(ALL))),
                select(exposed.stream()
                        .filter(item -> item.endsWith(ALL))
                        .map(item -> item.substring(0, item.length() - ALL.length()))),
                select(exposed.stream()
                        .filter(item -> item.contains("."))
                        .map(item -> item.substring(0, item.indexOf('.')))));
    }

    private static Set<String> select(java.util.stream.Stream<String> items) {
        return items.collect(Collectors.toCollection(LinkedHashSet::new));
    }
}
