package dev.howdah.gateway;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A function that can be called.
 *
 * @param name schema-qualified and quoted
 * @param arguments its IN parameters, in order
 * @param mayWrite whether it is VOLATILE: the others are called in read-only transactions
 */
record RpcFunction(String name, List<Argument> arguments, boolean mayWrite) {

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

    /** Its name and its parameters' names, for people. */
    String signature() {
        return name + arguments.stream().map(Argument::name).collect(Collectors.joining(", ", "(", ")"));
    }
}
