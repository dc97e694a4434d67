package dev.howdah.gateway;

import dev.howdah.core.Transactions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What the database says about the exposed functions. Read at the first call of each and again at every start; a function
 * that is missing is looked for again, at most once a second.
 */
final class RpcCatalogue {

    private static final long LOOK_AGAIN = TimeUnit.SECONDS.toNanos(1);

    private static final String FUNCTIONS = """
            select format('%I.%I', n.nspname, p.proname) as name,
                   coalesce(p.proargnames[1:p.pronargs], '{}') as names,
                   array(select quote_ident(arg) from unnest(p.proargnames[1:p.pronargs]) as arg) as quoted,
                   array(select format_type(type, null) from unnest(p.proargtypes) as type) as types,
                   p.pronargs - p.pronargdefaults as required
              from pg_catalog.pg_proc p
              join pg_catalog.pg_namespace n on n.oid = p.pronamespace
             where p.proname = ? and pg_catalog.pg_function_is_visible(p.oid)
               and p.prokind = 'f' and not p.proretset and p.provariadic = 0
               and p.proargmodes is null""";

    private final Transactions transactions;
    private final Set<String> exposed;
    private final Map<String, Entry> entries = new ConcurrentHashMap<>();

    private record Entry(List<RpcFunction> functions, long read) {}

    RpcCatalogue(Transactions transactions, Set<String> exposed) {
        this.transactions = transactions;
        this.exposed = exposed;
    }

    /** The overload of {@code name} that takes {@code arguments}. @throws RpcError PGRST202 if there is none, PGRST203 if several */
    RpcFunction find(String name, Set<String> arguments) {
        List<RpcFunction> matches = overloads(name).stream()
                .filter(function -> function.takes(arguments))
                .toList();
        if (matches.size() == 1) {
            return matches.get(0);
        }
        String called = name + arguments.stream().sorted().collect(Collectors.joining(", ", "(", ")"));
        if (matches.isEmpty()) {
            throw notFound(name, called);
        }
        throw new RpcError(
                300,
                "PGRST203",
                "Could not choose the best candidate function between: "
                        + matches.stream().map(RpcFunction::name).collect(Collectors.joining(", ")),
                null,
                "Try renaming the parameters or the function itself in the database so function overloading can be resolved");
    }

    private RpcError notFound(String name, String called) {
        List<RpcFunction> overloads = exposed.contains(name) ? overloads(name) : List.of();
        String hint = overloads.isEmpty()
                ? null
                : "Perhaps you meant to call the function "
                        + overloads.stream()
                                .map(f -> f.name()
                                        + f.arguments().stream()
                                                .map(RpcFunction.Argument::name)
                                                .collect(Collectors.joining(", ", "(", ")")))
                                .collect(Collectors.joining(" or "));
        return new RpcError(
                404,
                "PGRST202",
                "Could not find the function " + called + " in the schema cache",
                "Searched for the function " + called + ", but no matches were found among the exposed functions.",
                hint);
    }

    private List<RpcFunction> overloads(String name) {
        if (!exposed.contains(name)) {
            return List.of();
        }
        Entry entry = entries.get(name);
        boolean missing = entry != null && entry.functions.isEmpty() && System.nanoTime() - entry.read > LOOK_AGAIN;
        if (entry == null || missing) {
            entry = new Entry(transactions.statement(connection -> read(connection, name)), System.nanoTime());
            entries.put(name, entry);
        }
        return entry.functions;
    }

    private static List<RpcFunction> read(Connection connection, String name) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(FUNCTIONS)) {
            statement.setString(1, name);
            try (ResultSet rows = statement.executeQuery()) {
                List<RpcFunction> functions = new ArrayList<>();
                while (rows.next()) {
                    functions.add(new RpcFunction(rows.getString("name"), arguments(rows)));
                }
                return functions;
            }
        }
    }

    private static List<RpcFunction.Argument> arguments(ResultSet row) throws SQLException {
        String[] names = (String[]) row.getArray("names").getArray();
        String[] quoted = (String[]) row.getArray("quoted").getArray();
        String[] types = (String[]) row.getArray("types").getArray();
        int required = row.getInt("required");
        return IntStream.range(0, names.length)
                .mapToObj(i -> new RpcFunction.Argument(names[i], quoted[i], types[i], i >= required))
                .toList();
    }
}
