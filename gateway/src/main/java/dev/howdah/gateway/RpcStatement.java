package dev.howdah.gateway;

import dev.howdah.gateway.RpcArguments.Syntax;
import dev.howdah.gateway.RpcFunction.Argument;
import dev.howdah.gateway.RpcFunction.Kind;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The statement that calls a function and gives one row: the body of the answer, how many rows are in it, how many there
 * are (null if nobody asked), whether the call was allowed, and the status and headers that the function chose.
 *
 * <p>Names and types come from the catalogue; PostgreSQL itself converts the arguments, so that every error in them is its
 * own.
 */
final class RpcStatement {

    /** What the arguments' row is called in the statement. */
    private static final String ARGUMENTS = "pgrst_args";

    /** The column of values that are no rows, as PostgREST calls it. */
    static final String SCALAR = "pgrst_scalar";

    /** Read after the call, because a statement's columns are computed in their order, and after the rows below them. */
    private static final String CHOSEN = ", nullif(current_setting('response.status', true), '')"
            + ", nullif(current_setting('response.headers', true), '')";

    private final RpcFunction function;
    private final RpcArguments arguments;
    private final boolean base64;
    private final Optional<SqlText> condition;

    /** @param base64 whether bytea arguments are base64 */
    RpcStatement(
            RpcFunction function,
            RpcArguments arguments,
            boolean base64,
            AllowedEntrypoints allowed,
            @Nullable String role) {
        this.function = function;
        this.arguments = arguments;
        this.base64 = base64;
        this.condition = allowed.condition(role, function, arguments.names(), ARGUMENTS);
    }

    /** One value, written as JSON; of a void function nothing. */
    SqlText value() {
        return SqlText.of("select " + result() + ", 1, 1, true" + CHOSEN).add(from());
    }

    /** In one row, also where a set of nothing has none. */
    private String result() {
        if (function.result().kind() != Kind.VOID) {
            return "to_json(" + call() + ")";
        }
        return function.result().set() ? "(select count(*)::text from (select " + call() + ") as called)" : call();
    }

    /** Rows, filtered, sorted and cut. */
    SqlText rows(RowQuery query, RowRange range, MediaType type, boolean count) {
        SqlText sql = SqlText.of("with ");
        condition.ifPresent(ignored -> sql.add(ARGUMENTS + " as materialized (select *")
                .add(given().orElseThrow())
                .add("), "));
        sql.name(function.name()).add(" as (").add(called()).add(") select ");
        sql.add(body(query, type)).add(", count(*), ");
        if (count) {
            sql.add("(select count(*) from ")
                    .name(function.name())
                    .add(query.where())
                    .add(")");
        } else {
            sql.add("null::bigint");
        }
        sql.add(condition.isPresent() ? ", exists (select from " + ARGUMENTS + ")" : ", true")
                .add(CHOSEN);
        return sql.add(" from (select ")
                .add(query.columns())
                .add(" from ")
                .name(function.name())
                .add(query.where())
                .add(query.orderBy())
                .add(range.sql())
                .add(") as page");
    }

    private SqlText called() {
        if (function.result().kind() != Kind.ROW) {
            return SqlText.of("select " + call() + " as " + SCALAR).add(fromGiven());
        }
        SqlText given = fromGiven();
        SqlText sql = SqlText.of("select result.*");
        return (given.isEmpty() ? sql.add(" from ") : sql.add(given).add(" cross join lateral "))
                .add(call() + " as result");
    }

    private String body(RowQuery query, MediaType type) {
        boolean scalars =
                function.result().kind() != Kind.ROW && query.selected().isEmpty();
        if (type == MediaType.CSV) {
            return csv(query.labels());
        }
        String element = scalars ? "page." + SCALAR : "row_to_json(page.*)";
        if (type.withoutNulls()) {
            element = "json_strip_nulls(to_json(" + element + "))";
        }
        boolean one = type.isObject() || !function.result().set();
        return one ? "coalesce(json_agg(" + element + ") -> 0, 'null')" : "coalesce(json_agg(" + element + "), '[]')";
    }

    /** A line with the columns' names, and one for each row; a null is empty. */
    private static String csv(List<String> labels) {
        String fields = labels.stream()
                .map(label -> "format('%s', page." + SqlText.quoted(label) + ")")
                .collect(Collectors.joining(", "));
        String names = labels.stream().map(SqlText::literal).collect(Collectors.joining(", "));
        return csvLine(names) + " || coalesce(e'\\n' || string_agg(" + csvLine(fields) + ", e'\\n'), '')";
    }

    private static String csvLine(String fields) {
        return "(select string_agg(case when field ~ '[\",\\r\\n]'"
                + " then '\"' || replace(field, '\"', '\"\"') || '\"' else field end, ',' order by place)"
                + " from unnest(array[" + fields + "]::text[]) with ordinality as f (field, place))";
    }

    private String call() {
        return function.quoted() + "(" + given(this::passed) + ")";
    }

    /** The arguments' row, without which a condition would have none to hold on; nothing if there are none. */
    private SqlText from() {
        return given().orElseGet(SqlText::new);
    }

    private SqlText fromGiven() {
        return condition.isPresent() ? SqlText.of(" from " + ARGUMENTS) : from();
    }

    private Optional<SqlText> given() {
        if (arguments.syntax() == Syntax.BODY) {
            String type = function.arguments().get(0).type();
            SqlText select = SqlText.of(" from (select ");
            SqlText body = arguments.value() instanceof byte[] bytes
                    ? select.bytes(bytes)
                    : select.text((String) arguments.value());
            return Optional.of(body.add("::" + type + " as body) as " + ARGUMENTS));
        }
        if (arguments.names().isEmpty()) {
            return Optional.empty();
        }
        SqlText record = SqlText.of("json_to_record(")
                .text((String) arguments.value())
                .add("::json) as " + ARGUMENTS + " (" + given(this::column) + ")");
        return Optional.of(
                condition.isEmpty()
                        ? SqlText.of(" from ").add(record)
                        : SqlText.of(" from (select * from ")
                                .add(record)
                                .add(" where ")
                                .add(condition.get())
                                .add(" offset 0) as " + ARGUMENTS));
    }

    private String given(Function<Argument, String> each) {
        StringBuilder all = new StringBuilder();
        for (Argument argument : function.arguments()) {
            if (arguments.syntax() == Syntax.BODY || arguments.names().contains(argument.name())) {
                all.append(all.isEmpty() ? "" : ", ").append(each.apply(argument));
            }
        }
        return all.toString();
    }

    private String passed(Argument argument) {
        if (arguments.syntax() == Syntax.BODY) {
            return ARGUMENTS + ".body";
        }
        String name = SqlText.quoted(argument.name());
        String value = ARGUMENTS + "." + name;
        if (isBase64(argument)) {
            value = "decode(" + value + ", 'base64')";
        } else if (arguments.syntax() == Syntax.TEXT) {
            value = value + "::" + argument.type();
        }
        return (argument.variadic() ? "variadic " : "") + name + " => " + value;
    }

    private String column(Argument argument) {
        boolean text = arguments.syntax() == Syntax.TEXT || isBase64(argument);
        return SqlText.quoted(argument.name()) + " " + (text ? "text" : argument.type());
    }

    private boolean isBase64(Argument argument) {
        return base64 && argument.typeName().equals("bytea");
    }
}
