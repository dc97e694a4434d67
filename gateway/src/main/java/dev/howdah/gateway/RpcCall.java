package dev.howdah.gateway;

import dev.howdah.core.SqlCall;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/** A function called with arguments: one statement, whose one value is the result as JSON. */
record RpcCall(RpcFunction function, RpcArguments arguments) implements SqlCall<String> {

    @Override
    public String on(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql())) {
            statement.setString(1, arguments.json());
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                String json = row.getString(1);
                return json == null ? "null" : json;
            }
        }
    }

    /**
     * The arguments are one JSON object, the statement's parameter. Names and types come from the catalogue, quoted by
     * PostgreSQL; PostgreSQL also converts the values, so that every error in them is its own.
     */
    private String sql() {
        List<RpcFunction.Argument> given = function.arguments().stream()
                .filter(argument -> arguments.names().contains(argument.name()))
                .toList();
        if (given.isEmpty()) {
            return "select to_json(" + function.name() + "()) from (select ?::json) as none";
        }
        return "select to_json(" + function.name() + "(" + joined(given, this::passed) + "))"
                + " from json_to_record(?::json) as given (" + joined(given, this::column) + ")";
    }

    private static String joined(List<RpcFunction.Argument> arguments, Function<RpcFunction.Argument, String> each) {
        return arguments.stream().map(each).collect(Collectors.joining(", "));
    }

    private String passed(RpcFunction.Argument argument) {
        String value = "given." + argument.quoted();
        return argument.quoted() + " => " + (arguments.asText() ? value + "::" + argument.type() : value);
    }

    private String column(RpcFunction.Argument argument) {
        return argument.quoted() + " " + (arguments.asText() ? "text" : argument.type());
    }
}
