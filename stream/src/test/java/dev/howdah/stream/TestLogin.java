package dev.howdah.stream;

import dev.howdah.embedded.PostgresAddress;
import dev.howdah.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;
import javax.sql.DataSource;

/** Somebody who may log in to a test's database and is a member of one role, or of none. */
record TestLogin(String name, DataSource dataSource) {

    /** What {@link #tried} gives for what has worked. */
    static final String DONE = "done";

    /** What {@link #tried} gives for what is not allowed: insufficient_privilege. */
    static final String DENIED = "42501";

    static TestLogin memberOf(String role, TestDatabase database) {
        return create(" in role " + role, database);
    }

    static TestLogin ofNoRole(TestDatabase database) {
        return create("", database);
    }

    private static TestLogin create(String membership, TestDatabase database) {
        String name = "login_" + UUID.randomUUID().toString().replace("-", "");
        PostgresAddress a = database.address();
        database.run("create role %s login password '%s'%s".formatted(name, a.password(), membership));
        return new TestLogin(
                name, new PostgresAddress(a.host(), a.port(), a.database(), name, a.password()).dataSource());
    }

    /** Tries a statement and takes it back: {@link #DONE}, or the error's SQLSTATE. */
    static String tried(Connection connection, String sql) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
            return DONE;
        } catch (SQLException e) {
            return e.getSQLState();
        } finally {
            connection.rollback();
        }
    }
}
