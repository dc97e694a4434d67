package dev.howdah.gateway;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;

/** SQL in the making, with its parameters: whatever a request says is a parameter or a quoted name, never SQL. */
final class SqlText {

    private final StringBuilder text = new StringBuilder(256);
    private final List<Parameter> parameters = new ArrayList<>();

    /** @param type one of {@link Types} */
    private record Parameter(Object value, int type) {}

    static SqlText of(String sql) {
        return new SqlText().add(sql);
    }

    SqlText add(String sql) {
        text.append(sql);
        return this;
    }

    SqlText add(SqlText other) {
        text.append(other.text);
        parameters.addAll(other.parameters);
        return this;
    }

    /** A text, for where one is wanted, or cast from it. */
    SqlText text(String value) {
        return parameter(value, Types.VARCHAR);
    }

    SqlText bytes(byte[] value) {
        return parameter(value, Types.BINARY);
    }

    /** A value of the type that the place wants, in PostgreSQL's input syntax. */
    SqlText untyped(String value) {
        return parameter(value, Types.OTHER);
    }

    private SqlText parameter(Object value, int type) {
        text.append('?');
        parameters.add(new Parameter(value, type));
        return this;
    }

    SqlText name(String name) {
        text.append(quoted(name));
        return this;
    }

    /** The parts, with something between them. */
    static SqlText joined(List<SqlText> parts, String separator) {
        SqlText all = new SqlText();
        for (int i = 0; i < parts.size(); i++) {
            all.add(i == 0 ? "" : separator).add(parts.get(i));
        }
        return all;
    }

    /** @throws RpcError 400 for a name that no column has */
    static String quoted(String name) {
        if (name.indexOf('\0') >= 0) {
            throw RpcError.badQuery("a name with a NUL in it", name);
        }
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    /** Right whatever {@code standard_conforming_strings} says. */
    static String literal(String value) {
        if (value.indexOf('\0') >= 0) {
            throw RpcError.badQuery("a key with a NUL in it", value);
        }
        String quoted = "'" + value.replace("'", "''") + "'";
        return value.indexOf('\\') < 0 ? quoted : " E" + quoted.replace("\\", "\\\\");
    }

    /** A value as it stands in an array's text. */
    static String arrayElement(String value) {
        return '"' + value.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    boolean isEmpty() {
        return text.isEmpty();
    }

    String sql() {
        return text.toString();
    }

    void bind(PreparedStatement statement) throws SQLException {
        for (int i = 0; i < parameters.size(); i++) {
            statement.setObject(
                    i + 1, parameters.get(i).value(), parameters.get(i).type());
        }
    }
}
