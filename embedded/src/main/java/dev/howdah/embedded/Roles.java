package dev.howdah.embedded;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** The ordinary role {@code howdah} and its database of the same name. */
final class Roles {
    static final String SUPERUSER = "postgres";
    static final String ORDINARY = "howdah";
    static final String DATABASE = "howdah";

    private Roles() {}

    /**
     * Creates what is missing, so that a kill between two steps is made good at the next start.
     *
     * @return the server's version, like 18.6
     */
    static String ensure(PostgresAddress superuser) {
        try (Connection connection = superuser.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            if (!exists(connection, "select from pg_catalog.pg_roles where rolname = ?", ORDINARY)) {
                statement.execute(createRole(connection, superuser.password()));
            }
            if (!exists(connection, "select from pg_catalog.pg_database where datname = ?", DATABASE)) {
                statement.execute("create database howdah owner howdah");
            }
            return connection.getMetaData().getDatabaseProductVersion().split(" ", 2)[0];
        } catch (SQLException e) {
            throw new EmbeddedPostgresException(
                    "PostgreSQL runs, but its first connection failed: "
                            + e.getMessage().lines().findFirst().orElse(""),
                    e);
        }
    }

    /** A role statement takes no parameters, so the server quotes the password. */
    private static String createRole(Connection connection, String password) throws SQLException {
        String format = "select pg_catalog.format('create role howdah login createrole createdb password %L', ?::text)";
        try (PreparedStatement query = connection.prepareStatement(format)) {
            query.setString(1, password);
            try (ResultSet row = query.executeQuery()) {
                row.next();
                return row.getString(1);
            }
        }
    }

    private static boolean exists(Connection connection, String sql, String name) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            query.setString(1, name);
            try (ResultSet row = query.executeQuery()) {
                return row.next();
            }
        }
    }
}
