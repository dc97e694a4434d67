package dev.howdah.gateway;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A function that can be called.
 *
 * @param name schema-qualified and quoted
 * @param arguments its IN parameters, in order
 */
record RpcFunction(String name, List<Argument> arguments) {

    /**
     * @param quoted the name as SQL writes it
     * @param type as SQL writes it
     */
    record Argument(String name, String quoted, String type, boolean optional) {}

    /** Whether these arguments, no more and no fewer but for the optional ones, are what it takes. */
    boolean takes(Set<String> names) {
        Set<String> all = arguments.stream().map(Argument::name).collect(Collectors.toSet());
        return all.containsAll(names)
                && arguments.stream().allMatch(argument -> argument.optional() || names.contains(argument.name()));
    }

    /**
     * The statement that calls it with one JSON object as its parameter. Names and types come from the catalogue, quoted
     * by PostgreSQL; PostgreSQL also converts the values, so that every error in them is its own.
     */
    String call(Set<String> names) {
        List<Argument> given =
                arguments.stream().filter(a -> names.contains(a.name())).toList();
        if (given.isEmpty()) {
            return "select to_json(%s()) from (select ?::json) as none".formatted(name);
        }
        return given.stream()
                        .map(a -> a.quoted() + " => given." + a.quoted())
                        .collect(Collectors.joining(", ", "select to_json(" + name + "(", "))"))
                + given.stream()
                        .map(a -> a.quoted() + " " + a.type())
                        .collect(Collectors.joining(", ", " from json_to_record(?::json) as given (", ")"));
    }
}
