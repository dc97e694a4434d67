package dev.howdah.install;

import dev.howdah.core.WingSql;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.flywaydb.core.api.MigrationVersion;

/** Flyway's table of what a database has had, where it has to be asked by other ways than Flyway's. */
final class History {

    static final String SCHEMA = "howdah";
    static final String TABLE = "history";

    private static final String VERSIONS = "select version from howdah.history where version is not null and success";

    private History() {}

    /** @throws InstallException if the database has migrations of these wings that they don't have themselves */
    static void refuseNewer(Connection connection, List<WingSql> wings) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(VERSIONS)) {
            while (rows.next()) {
                MigrationVersion version = MigrationVersion.fromVersion(rows.getString(1));
                for (WingSql wing : wings) {
                    MigrationVersion newest = MigrationVersion.fromVersion(
                            wing.number() + "." + wing.migrations().size());
                    if (version.getMajorAsString().equals(newest.getMajorAsString()) && version.compareTo(newest) > 0) {
                        throw new InstallException(
                                "a newer Howdah installed this database (it has %s %s): use that one, or a later one"
                                        .formatted(wing.name(), version));
                    }
                }
            }
        }
    }

    /** Forgets these wings, and is gone with the last one. */
    static void forget(Connection connection, List<WingSql> wings) throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement(
                "delete from howdah.history where split_part(description, ' ', 1) = any (?)")) {
            delete.setArray(
                    1,
                    connection.createArrayOf(
                            "text", wings.stream().map(WingSql::name).toArray()));
            delete.executeUpdate();
        }
        try (Statement statement = connection.createStatement()) {
            boolean others;
            try (ResultSet row = statement.executeQuery("select exists (select from howdah.history)")) {
                row.next();
                others = row.getBoolean(1);
            }
            if (!others) {
                statement.execute("drop table howdah.history");
                statement.execute("drop schema howdah");
            }
        }
    }
}
