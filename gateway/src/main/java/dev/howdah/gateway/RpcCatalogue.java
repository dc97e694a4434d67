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
import java.util.stream.IntStream;

/**
 * What the database says about the exposed functions. It is asked when a function is called, at most once a second for
 * each: functions are installed, replaced and dropped while the server runs.
 */
final class RpcCatalogue {

    private static final long FRESH = TimeUnit.SECONDS.toNanos(1);

    /**
     * The functions that the search_path finds, not those of its first schema alone: that is a role's own, where there
     * is one. Of them, those that can be answered: all parameters IN and named, one value as the result.
     */
    private static final String FUNCTIONS = """
            select format('%I.%I', n.nspname, p.proname) as name,
                   p.provolatile = 'v' as may_write,
                   coalesce(p.proargnames, '{}') as names,
                   array(select quote_ident(arg) from unnest(p.proargnames) as arg) as quoted,
                   array(select format_type(type, -1) from unnest(p.proargtypes) as type) as types,
                   p.pronargs - p.pronargdefaults as required
              from pg_catalog.pg_proc p
              join pg_catalog.pg_namespace n on n.oid = p.pronamespace
              join pg_catalog.pg_type result on result.oid = p.prorettype
             where p.proname = ? and pg_function_is_visible(p.oid)
               and p.prokind = 'f' and not p.proretset and result.typtype <> 'p'
               and p.provariadic = 0 and p.proargmodes is null
               and (p.pronargs = 0 or '' <> all (p.proargnames))
             order by p.oid""";

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
        List<RpcFunction> overloads = overloads(name);
        List<RpcFunction> matches =
                overloads.stream().filter(function -> function.takes(arguments)).toList();
        if (matches.isEmpty()) {
            throw RpcError.noFunction(name, arguments, overloads);
        }
        if (matches.size() > 1) {
            throw RpcError.severalFunctions(matches);
        }
        return matches.get(0);
    }

    /** All of that name. @throws RpcError PGRST202 if there is none */
    List<RpcFunction> find(String name) {
        List<RpcFunction> overloads = overloads(name);
        if (overloads.isEmpty()) {
            throw RpcError.noFunction(name, Set.of(), overloads);
        }
        return overloads;
    }

    /** Asks the database again at the next call of {@code name}. */
    void forget(String name) {
        entries.remove(name);
    }

    private List<RpcFunction> overloads(String name) {
        if (!exposed.contains(name)) {
            return List.of();
        }
        Entry entry = entries.get(name);
        if (entry == null || System.nanoTime() - entry.read > FRESH) {
            long asked = System.nanoTime();
            entry = new Entry(transactions.statement(connection -> read(connection, name)), asked);
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
                    functions.add(
                            new RpcFunction(rows.getString("name"), arguments(rows), rows.getBoolean("may_write")));
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
