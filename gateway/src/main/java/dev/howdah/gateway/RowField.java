package dev.howdah.gateway;

import dev.howdah.gateway.RpcFunction.Column;
import java.util.List;

/**
 * A column, or what a path leads to in it, as {@code name}, {@code data->key->>0}.
 *
 * @param column its name
 * @param path the steps into its JSON, with their arrows
 * @param label what a selected field is called
 */
record RowField(String column, String path, String label) {

    /** What can't be part of a name that is not in quotes. */
    private static final String ENDS = ",.:()\"";

    static RowField read(QueryText text) {
        String column = name(text);
        StringBuilder path = new StringBuilder();
        String label = column;
        while (text.isNext("->")) {
            String arrow = text.isNext("->>") ? "->>" : "->";
            text.expect(arrow);
            String key = name(text);
            boolean index = key.matches("-?[0-9]{1,9}");
            path.append(arrow).append(index ? key : SqlText.literal(key));
            label = index ? label : key;
        }
        return new RowField(column, path.toString(), label);
    }

    private static String name(QueryText text) {
        if (text.isNext("\"")) {
            return text.quotedOrUntil("");
        }
        StringBuilder name = new StringBuilder();
        while (true) {
            name.append(text.takeWhile(c -> c != '-' && ENDS.indexOf(c) < 0));
            if (!text.isNext("->") && text.skip("-")) {
                name.append('-');
            } else {
                break;
            }
        }
        if (name.isEmpty()) {
            throw text.wrong("expecting a column's name");
        }
        return name.toString();
    }

    /** @param row the rows' name in the statement */
    SqlText sql(String row) {
        SqlText field = SqlText.of(SqlText.quoted(row) + ".").name(column);
        return path.isEmpty() ? field : SqlText.of("(to_jsonb(").add(field).add(")" + path + ")");
    }

    boolean isOfType(String type, List<Column> columns) {
        return path.isEmpty()
                && columns.stream()
                        .anyMatch(c -> c.name().equals(column) && c.typeName().equals(type));
    }
}
