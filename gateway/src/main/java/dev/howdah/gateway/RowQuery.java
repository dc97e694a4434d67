package dev.howdah.gateway;

import dev.howdah.gateway.RpcFunction.Column;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a query wants of the rows that a function gives: which columns, which rows, in which order. How many, {@link RowRange}
 * says.
 *
 * @param labels what the selected columns are called
 * @param selected none stands for all columns
 * @param conditions all of which must hold
 */
record RowQuery(
        String row, List<String> labels, List<SqlText> selected, List<SqlText> conditions, List<SqlText> order) {

    /** Parameters that are no filters, besides and, or. */
    static final Set<String> RESERVED = Set.of("select", "order", "limit", "offset", "columns", "on_conflict");

    private static final Pattern CAST = Pattern.compile("[a-z_][a-z0-9_]*( [a-z_][a-z0-9_]*)*(\\[])?");

    static boolean isReserved(String name) {
        return RESERVED.contains(name) || RowFilter.isLogic(name);
    }

    /** @param filters the parameters that are no arguments */
    static RowQuery of(String row, List<Column> columns, QueryParameters query, List<QueryParameters.Pair> filters) {
        if (query.pairs().isEmpty()) {
            return new RowQuery(row, names(columns), List.of(), List.of(), List.of());
        }
        RowFilter filter = new RowFilter(row, columns);
        List<String> labels = new ArrayList<>();
        List<SqlText> selected = new ArrayList<>();
        select(row, columns, query.last("select"), labels, selected);
        return new RowQuery(
                row,
                labels,
                selected,
                filters.stream()
                        .filter(pair -> !RESERVED.contains(pair.name()))
                        .map(filter::of)
                        .toList(),
                order(row, query.last("order")));
    }

    private static List<String> names(List<Column> columns) {
        return columns.stream().map(Column::name).toList();
    }

    private static void select(
            String row, List<Column> columns, @Nullable String select, List<String> labels, List<SqlText> selected) {
        List<String> all = names(columns);
        if (select == null || select.isBlank() || select.equals("*")) {
            labels.addAll(all);
            return;
        }
        QueryText text = new QueryText("select parameter", select);
        do {
            text.takeWhile(c -> c == ' ');
            if (text.skip("*")) {
                labels.addAll(all);
                selected.add(SqlText.of(SqlText.quoted(row) + ".*"));
            } else {
                labels.add(selected(row, text, selected));
            }
            text.takeWhile(c -> c == ' ');
        } while (text.skip(","));
        text.expectEnd();
    }

    private static String selected(String row, QueryText text, List<SqlText> selected) {
        RowField field = RowField.read(text);
        String alias = field.label();
        if (!text.isNext("::") && text.skip(":")) {
            alias = field.column();
            field = RowField.read(text);
        }
        if (text.isNext("(") || text.isNext(".")) {
            throw RpcError.noEmbedding(row, field.column(), text.isNext("()") || text.isNext("."));
        }
        SqlText sql = field.sql(row);
        if (text.skip("::")) {
            String type = text.takeUntil(",.():").strip();
            if (!CAST.matcher(type).matches()) {
                throw text.wrong("expecting a type");
            }
            sql = SqlText.of("cast(").add(sql).add(" as " + type + ")");
        }
        selected.add(sql.add(" as ").name(alias));
        return alias;
    }

    private static List<SqlText> order(String row, @Nullable String order) {
        if (order == null || order.isBlank()) {
            return List.of();
        }
        List<SqlText> terms = new ArrayList<>();
        QueryText text = new QueryText("order", order);
        do {
            text.takeWhile(c -> c == ' ');
            SqlText term = RowField.read(text).sql(row);
            if (text.skip(".desc")) {
                term.add(" desc");
            } else {
                text.skip(".asc");
            }
            if (text.skip(".nullsfirst")) {
                term.add(" nulls first");
            } else if (text.skip(".nullslast")) {
                term.add(" nulls last");
            }
            terms.add(term);
        } while (text.skip(","));
        text.expectEnd();
        return terms;
    }

    boolean isPlain() {
        return selected.isEmpty() && conditions.isEmpty() && order.isEmpty();
    }

    SqlText columns() {
        return selected.isEmpty() ? SqlText.of(SqlText.quoted(row) + ".*") : SqlText.joined(selected, ", ");
    }

    /** {@code where …}, if need be. */
    SqlText where() {
        return conditions.isEmpty() ? new SqlText() : SqlText.of(" where ").add(SqlText.joined(conditions, " and "));
    }

    SqlText orderBy() {
        return order.isEmpty() ? new SqlText() : SqlText.of(" order by ").add(SqlText.joined(order, ", "));
    }

    /** What the columns are called, for people. */
    @Override
    public String toString() {
        return labels.stream().collect(Collectors.joining(",", row + "(", ")"));
    }
}
