package dev.howdah.gateway;

import dev.howdah.core.SqlCall;
import dev.howdah.gateway.RpcFunction.Argument;
import dev.howdah.gateway.RpcFunction.Column;
import dev.howdah.gateway.RpcFunction.Kind;
import dev.howdah.gateway.RpcFunction.Result;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** Asks the database which of the exposed functions there are. One round trip. */
record CatalogueReader(Exposure exposure) implements SqlCall<Catalogue> {

    /** What a function that was called has left on the connection must not show here. */
    private static final String AS_CONNECTED = "reset role; reset search_path; ";

    private static final String PATH = "select current_schemas(false)::text[]; ";

    /**
     * Functions alone, no procedures or aggregates, and of them those whose arguments can be given and whose result can be
     * told: no pseudo-types but void and record.
     */
    private static final String FUNCTIONS = """
            select p.oid::bigint as oid,
                   n.nspname as schema,
                   p.proname as name,
                   p.proname = any (?) and pg_function_is_visible(p.oid) as visible,
                   p.provolatile = 'v' as may_write,
                   obj_description(p.oid, 'pg_proc') as comment,
                   parameter.names,
                   array(select format('%I.%I', tn.nspname, t.typname)
                           from unnest(p.proargtypes) with ordinality as a (type, place)
                           join pg_type t on t.oid = a.type
                           join pg_namespace tn on tn.oid = t.typnamespace
                          order by place) as types,
                   array(select format_type(type, null)
                           from unnest(p.proargtypes) with ordinality as a (type, place)
                          order by place) as type_names,
                   p.pronargs - p.pronargdefaults as required,
                   p.provariadic <> 0 as variadic,
                   p.proretset as is_set,
                   case when p.prorettype = 'void'::regtype then 'VOID'
                        when outs.names <> '{}' or base.typrelid <> 0 then 'ROW'
                        else 'SCALAR'
                   end as kind,
                   case when outs.names <> '{}' then outs.names else columns.names end as columns,
                   case when outs.names <> '{}' then outs.types else columns.types end as column_types
              from pg_proc p
              join pg_namespace n on n.oid = p.pronamespace
              join pg_type result on result.oid = p.prorettype
              join pg_type base on base.oid = case result.typtype when 'd' then result.typbasetype else result.oid end
             cross join lateral (
                select coalesce(array_agg(coalesce(p.proargnames[place], '') order by place), '{}') as names
                  from unnest(coalesce(p.proargmodes, array_fill('i'::"char", array[p.pronargs::int])))
                       with ordinality as m (mode, place)
                 where mode in ('i', 'b', 'v')
             ) as parameter
             cross join lateral (
                select coalesce(array_agg(coalesce(nullif(p.proargnames[place], ''), 'column' || place) order by place), '{}')
                           as names,
                       coalesce(array_agg(format_type(p.proallargtypes[place], null) order by place), '{}') as types
                  from unnest(p.proargmodes) with ordinality as m (mode, place)
                 where mode in ('o', 'b', 't')
             ) as outs
             cross join lateral (
                select coalesce(array_agg(attname::text order by attnum), '{}') as names,
                       coalesce(array_agg(format_type(atttypid, atttypmod) order by attnum), '{}') as types
                  from pg_attribute
                 where attrelid = base.typrelid and attnum > 0 and not attisdropped
             ) as columns
             where (p.proname = any (?) and pg_function_is_visible(p.oid)
                    or n.nspname || '.' || p.proname = any (?) or n.nspname = any (?))
               and p.prokind = 'f'
               and (result.typtype <> 'p' or p.prorettype in ('void'::regtype, 'record'::regtype))
               and not exists (select from pg_type t where t.oid = any (p.proargtypes) and t.typtype = 'p')
             order by p.oid""";

    /** Other than before if one of the functions was made, replaced or dropped. Much cheaper than the whole. */
    private static final String VERSION = """
            select string_agg(p.oid || '.' || p.xmin, ' ' order by p.oid)
              from pg_proc p
             where p.proname = any (?) or p.pronamespace in (select oid from pg_namespace where nspname = any (?))""";

    String version(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(VERSION)) {
            set(statement, 1, exposure.names());
            set(statement, 2, exposure.profiles());
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return String.valueOf(row.getString(1));
            }
        }
    }

    @Override
    public Catalogue on(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(AS_CONNECTED + PATH + FUNCTIONS)) {
            set(statement, 1, exposure.names());
            set(statement, 2, exposure.names());
            set(statement, 3, exposure.qualified());
            set(statement, 4, exposure.schemas());
            statement.execute();
            statement.getMoreResults();
            statement.getMoreResults();
            List<String> path;
            try (ResultSet row = statement.getResultSet()) {
                row.next();
                path = strings(row, 1);
            }
            statement.getMoreResults();
            Catalogue.Builder catalogue = new Catalogue.Builder(path, exposure);
            try (ResultSet rows = statement.getResultSet()) {
                while (rows.next()) {
                    catalogue.add(function(rows), rows.getBoolean("visible"));
                }
            }
            return catalogue.build();
        }
    }

    private static void set(PreparedStatement statement, int index, Set<String> values) throws SQLException {
        statement.setArray(index, statement.getConnection().createArrayOf("text", values.toArray()));
    }

    private static RpcFunction function(ResultSet row) throws SQLException {
        Kind kind = Kind.valueOf(row.getString("kind"));
        List<Column> columns = new ArrayList<>();
        if (kind == Kind.ROW) {
            List<String> types = strings(row, "column_types");
            for (String name : strings(row, "columns")) {
                columns.add(new Column(name, types.get(columns.size())));
            }
        }
        return new RpcFunction(
                row.getLong("oid"),
                row.getString("schema"),
                row.getString("name"),
                arguments(row),
                row.getBoolean("may_write"),
                new Result(kind, row.getBoolean("is_set"), columns),
                row.getString("comment"));
    }

    private static List<Argument> arguments(ResultSet row) throws SQLException {
        List<String> names = strings(row, "names");
        List<String> types = strings(row, "types");
        List<String> typeNames = strings(row, "type_names");
        int required = row.getInt("required");
        boolean variadic = row.getBoolean("variadic");
        int last = names.size() - 1;
        return IntStream.rangeClosed(0, last)
                .mapToObj(i -> new Argument(
                        names.get(i), types.get(i), typeNames.get(i), i >= required, variadic && i == last))
                .toList();
    }

    private static List<String> strings(ResultSet row, String column) throws SQLException {
        return strings(row, row.findColumn(column));
    }

    private static List<String> strings(ResultSet row, int column) throws SQLException {
        return Arrays.stream((Object[]) row.getArray(column).getArray())
                .map(String.class::cast)
                .toList();
    }
}
