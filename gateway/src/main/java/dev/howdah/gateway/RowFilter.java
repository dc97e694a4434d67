package dev.howdah.gateway;

import dev.howdah.gateway.RpcFunction.Column;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** PostgREST's filters as conditions: {@code age=gte.18}, {@code or=(age.lt.18,not.and(a.eq.1,b.in.(2,3)))}. */
final class RowFilter {

    private static final Map<String, String> OPERATORS = Map.ofEntries(
            Map.entry("eq", "="),
            Map.entry("neq", "<>"),
            Map.entry("gt", ">"),
            Map.entry("gte", ">="),
            Map.entry("lt", "<"),
            Map.entry("lte", "<="),
            Map.entry("like", "like"),
            Map.entry("ilike", "ilike"),
            Map.entry("match", "~"),
            Map.entry("imatch", "~*"),
            Map.entry("isdistinct", "is distinct from"),
            Map.entry("cs", "@>"),
            Map.entry("cd", "<@"),
            Map.entry("ov", "&&"),
            Map.entry("sl", "<<"),
            Map.entry("sr", ">>"),
            Map.entry("nxr", "&<"),
            Map.entry("nxl", "&>"),
            Map.entry("adj", "-|-"));
    private static final Map<String, String> SEARCHES = Map.of(
            "fts", "to_tsquery",
            "plfts", "plainto_tsquery",
            "phfts", "phraseto_tsquery",
            "wfts", "websearch_to_tsquery");
    private static final Map<String, String> STATES = Map.of(
            "null", "null",
            "not_null", "not null",
            "true", "true",
            "false", "false",
            "unknown", "unknown");
    /** Those that compare with any or all of several values. */
    private static final Set<String> QUANTIFIED =
            Set.of("eq", "gt", "gte", "lt", "lte", "like", "ilike", "match", "imatch");

    private static final Pattern LOGIC = Pattern.compile("(not\\.)?(and|or)");
    private static final Pattern CONDITION = Pattern.compile(
            "(?:not\\.)?(?:(?:" + String.join("|", OPERATORS.keySet()) + "|in|is)(?:\\((?:any|all)\\))?|(?:"
                    + String.join("|", SEARCHES.keySet()) + ")(?:\\([^()]*\\))?)\\..*",
            Pattern.DOTALL);

    private final String row;
    private final List<Column> columns;

    /** @param row the rows' name in the statement */
    RowFilter(String row, List<Column> columns) {
        this.row = row;
        this.columns = columns;
    }

    static boolean isLogic(String name) {
        return LOGIC.matcher(name).matches();
    }

    /** Whether this is an operator and a value, so that the parameter is a filter and no argument. */
    static boolean isCondition(String value) {
        return CONDITION.matcher(value).matches();
    }

    /** The condition that a query parameter stands for. */
    SqlText of(QueryParameters.Pair parameter) {
        Matcher logic = LOGIC.matcher(parameter.name());
        if (logic.matches()) {
            QueryText text = new QueryText("logic tree", parameter.value());
            SqlText tree = tree(text, logic.group(2));
            text.expectEnd();
            return logic.group(1) == null ? tree : not(tree);
        }
        QueryText name = new QueryText("filter", parameter.name());
        RowField field = RowField.read(name);
        name.expectEnd();
        QueryText text = new QueryText("filter", parameter.value());
        SqlText condition = condition(field, text, false);
        text.expectEnd();
        return condition;
    }

    /** {@code (…,…)} after {@code and} or {@code or}. */
    private SqlText tree(QueryText text, String operator) {
        List<SqlText> parts = new ArrayList<>();
        text.expect("(");
        do {
            text.takeWhile(c -> c == ' ');
            parts.add(node(text));
            text.takeWhile(c -> c == ' ');
        } while (text.skip(","));
        text.expect(")");
        return SqlText.of("(").add(SqlText.joined(parts, " " + operator + " ")).add(")");
    }

    private SqlText node(QueryText text) {
        for (String operator : List.of("and", "or")) {
            if (text.isNext("not." + operator + "(")) {
                text.expect("not." + operator);
                return not(tree(text, operator));
            } else if (text.isNext(operator + "(")) {
                text.expect(operator);
                return tree(text, operator);
            }
        }
        RowField field = RowField.read(text);
        text.expect(".");
        return condition(field, text, true);
    }

    /** @param within whether it is part of a logic tree, so that a value ends before a comma or a parenthesis */
    private SqlText condition(RowField field, QueryText text, boolean within) {
        if (text.skip("not.")) {
            return not(condition(field, text, within));
        }
        String operator = text.takeWhile(c -> c >= 'a' && c <= 'z');
        String modifier = text.skip("(") ? text.takeUntil(")") : "";
        if (!modifier.isEmpty()) {
            text.expect(")");
        }
        text.expect(".");
        SqlText left = field.sql(row);
        if (operator.equals("is") && modifier.isEmpty()) {
            return left.add(" is " + state(text));
        } else if (operator.equals("in") && modifier.isEmpty()) {
            return left.add(" = any (").untyped(array(text.list("(", ")"))).add(")");
        } else if (SEARCHES.containsKey(operator)) {
            return search(field, operator, modifier, value(text, within));
        } else if (!OPERATORS.containsKey(operator)) {
            throw text.wrong("no operator: " + operator);
        } else if (modifier.isEmpty()) {
            return left.add(" " + OPERATORS.get(operator) + " ").untyped(pattern(operator, value(text, within)));
        } else if (QUANTIFIED.contains(operator) && (modifier.equals("any") || modifier.equals("all"))) {
            List<String> values = text.list("{", "}").stream()
                    .map(value -> pattern(operator, value))
                    .toList();
            return left.add(" " + OPERATORS.get(operator) + " " + modifier + " (")
                    .untyped(array(values))
                    .add(")");
        }
        throw text.wrong("no such modifier of " + operator + ": " + modifier);
    }

    private static String state(QueryText text) {
        String state = text.takeUntil(",)").toLowerCase(java.util.Locale.ROOT);
        if (!STATES.containsKey(state)) {
            throw text.wrong("expecting null, not_null, true, false or unknown");
        }
        return STATES.get(state);
    }

    private SqlText search(RowField field, String operator, String language, String words) {
        SqlText config = new SqlText();
        if (!language.isEmpty()) {
            config.text(language).add("::regconfig, ");
        }
        SqlText document = field.sql(row);
        if (!field.isOfType("tsvector", columns)) {
            document = SqlText.of("to_tsvector(").add(config).add(document).add(")");
        }
        return document.add(" @@ " + SEARCHES.get(operator) + "(")
                .add(config)
                .text(words)
                .add(")");
    }

    private static String value(QueryText text, boolean within) {
        if (!within) {
            return text.rest();
        }
        if (!text.isNext("{")) {
            return text.quotedOrUntil(",)");
        }
        String array = text.takeUntil("}");
        text.expect("}");
        return array + "}";
    }

    /** An asterisk is what a percent sign is in SQL, which URLs would have to encode. */
    private static String pattern(String operator, String value) {
        return operator.endsWith("like") ? value.replace('*', '%') : value;
    }

    private static String array(List<String> values) {
        return values.stream().map(SqlText::arrayElement).collect(Collectors.joining(",", "{", "}"));
    }

    private static SqlText not(SqlText condition) {
        return SqlText.of("not (").add(condition).add(")");
    }
}
