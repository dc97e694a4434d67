package dev.howdah.gateway;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A function that can be called.
 *
 * @param oid tells one that was dropped and made anew from what it was
 * @param arguments its IN parameters, in order
 * @param mayWrite whether it is VOLATILE: the others are called in read-only transactions
 * @param comment what {@code comment on function} says
 */
record RpcFunction(
        long oid,
        String schema,
        String name,
        List<Argument> arguments,
        boolean mayWrite,
        Result result,
        @Nullable String comment) {

    /**
     * @param name empty if it has none
     * @param type as SQL writes it
     * @param typeName as people write it
     */
    record Argument(String name, String type, String typeName, boolean optional, boolean variadic) {}

    /** What a call gives: nothing, one value (of any type, a record without columns too), or a row with columns. */
    enum Kind {
        VOID,
        SCALAR,
        ROW
    }

    /**
     * @param set whether it gives any number of them
     * @param columns of a row
     */
    record Result(Kind kind, boolean set, List<Column> columns) {}

    record Column(String name, String typeName) {}

    /** The name with its schema, as SQL writes it. */
    String quoted() {
        return SqlText.quoted(schema) + "." + SqlText.quoted(name);
    }

    /** Whether these arguments, no more and no fewer but for the optional ones, are what it takes. */
    boolean takes(Set<String> names) {
        int given = 0;
        for (Argument argument : arguments) {
            boolean isGiven = names.contains(argument.name());
            if (argument.name().isEmpty() || !isGiven && !argument.optional()) {
                return false;
            }
            given += isGiven ? 1 : 0;
        }
        return given == names.size();
    }

    boolean hasArgument(String argumentName) {
        for (Argument argument : arguments) {
            if (argument.name().equals(argumentName)) {
                return true;
            }
        }
        return false;
    }

    /** Whether it takes a whole body of one of these types. */
    boolean takesBody(Set<String> types) {
        return arguments.size() == 1
                && arguments.get(0).name().isEmpty()
                && types.contains(arguments.get(0).typeName());
    }

    /** Whether its result is rows that can be filtered, sorted and cut. */
    boolean givesRows() {
        return result.kind() == Kind.ROW || result.set();
    }

    /** Its name and its parameters' names, for people. */
    String signature() {
        return schema + "." + name + arguments.stream().map(Argument::name).collect(Collectors.joining(", ", "(", ")"));
    }

    /** The same with the types, for those who must tell it from others of that name. */
    String signatureWithTypes() {
        return schema + "." + name
                + arguments.stream()
                        .map(argument -> (argument.name() + " => " + argument.typeName()).replaceFirst("^ => ", ""))
                        .collect(Collectors.joining(", ", "(", ")"));
    }
}
