package dev.howdah.install;

import dev.howdah.core.HowdahException;
import dev.howdah.core.SqlErrors;
import dev.howdah.core.Transactions;
import dev.howdah.core.WingSql;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.flywaydb.core.api.migration.JavaMigration;
import org.flywaydb.core.api.output.MigrateOutput;

/**
 * Installs the wings, upgrades them, and removes them. Which migrations a database has had is kept in
 * {@code howdah.history}, a table of Flyway's.
 */
public final class Installer {

    static final String HISTORY_SCHEMA = "howdah";
    static final String HISTORY_TABLE = "history";

    private final List<WingSql> wings;

    private Installer(List<WingSql> wings) {
        this.wings =
                wings.stream().sorted(Comparator.comparingInt(WingSql::number)).toList();
    }

    /** For the wings that are on the class path. */
    public static Installer forWingsOnClassPath() {
        return of(ServiceLoader.load(WingSql.class).stream()
                .map(ServiceLoader.Provider::get)
                .toList());
    }

    static Installer of(List<WingSql> wings) {
        return new Installer(wings);
    }

    /**
     * Installs what is missing and upgrades what is older; run again, it does nothing. Each migration is a transaction
     * of its own: cut short, it goes on where it was the next time. Several at once wait for each other.
     *
     * @throws InstallException if this database can't take it; nothing was changed then
     * @throws HowdahException if it could not be reached, or a migration failed and was rolled back
     */
    public InstallReport install(DataSource dataSource) {
        return Transactions.over(dataSource).call(guard -> {
            waitForOthers(guard);
            return installAlone(dataSource, guard);
        });
    }

    /**
     * Removes the wings with all their data, in one transaction.
     *
     * @throws HowdahException.NotInstalled if nothing is installed here
     */
    public void uninstall(DataSource dataSource) {
        Transactions.over(dataSource).call(connection -> {
            waitForOthers(connection);
            String searchPath =
                    searchPath(Preconditions.check(connection, List.of()).schema());
            try (Statement statement = connection.createStatement()) {
                statement.execute("drop table " + HISTORY_SCHEMA + "." + HISTORY_TABLE);
                for (int i = wings.size() - 1; i >= 0; i--) {
                    ScriptMigration.run(
                            connection, searchPath, wings.get(i).uninstall().text(), notice -> {});
                }
                statement.execute("drop schema " + HISTORY_SCHEMA);
            }
            return null;
        });
    }

    /** The whole installation as a plain SQL script for {@code psql -f}; its result is that of {@link #install}. */
    public String script() {
        return new InstallScript(wings).text();
    }

    private InstallReport installAlone(DataSource dataSource, Connection guard) throws SQLException {
        List<String> roles = wings.stream().flatMap(w -> w.roles().stream()).toList();
        Preconditions found = Preconditions.check(guard, roles);
        String searchPath = searchPath(found.schema());
        List<String> notices = new ArrayList<>();
        for (WingSql wing : wings) {
            ScriptMigration.run(guard, searchPath, wing.preflight().text(), notices::add);
        }
        Transactions.over(dataSource).call(connection -> prepare(connection, found.rolesToCreate()));
        JavaMigration[] migrations = ScriptMigration.of(wings).stream()
                .map(migration -> migration.forFlyway(searchPath, notices::add))
                .toArray(JavaMigration[]::new);
        return new InstallReport(found.schema(), migrate(configuration(dataSource, migrations)), notices);
    }

    private static Void prepare(Connection connection, List<String> rolesToCreate) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("create schema if not exists " + HISTORY_SCHEMA);
            for (String role : rolesToCreate) {
                statement.execute("create role " + role + " nologin");
            }
        }
        return null;
    }

    /** Wings come and go with the class path, so a later one may have a lower number, and one may be missing. */
    private static FluentConfiguration configuration(DataSource dataSource, JavaMigration[] migrations) {
        return Flyway.configure()
                .dataSource(dataSource)
                .locations(new String[0])
                .javaMigrations(migrations)
                .defaultSchema(HISTORY_SCHEMA)
                .table(HISTORY_TABLE)
                .createSchemas(false)
                .outOfOrder(true)
                .ignoreMigrationPatterns("*:missing");
    }

    private static List<String> migrate(FluentConfiguration configuration) {
        try {
            return configuration.load().migrate().migrations.stream()
                    .map((MigrateOutput m) -> m.description)
                    .toList();
        } catch (FlywayException e) {
            for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
                if (cause instanceof SQLException sql) {
                    throw SqlErrors.of(sql);
                }
            }
            throw new HowdahException(e.getMessage().lines().findFirst().orElse("installing failed"), e);
        }
    }

    private static void waitForOthers(Connection guard) throws SQLException {
        try (Statement statement = guard.createStatement()) {
            statement.execute("select pg_advisory_xact_lock(hashtextextended('howdah install', 0))");
        }
    }

    static String searchPath(String schema) {
        return '"' + schema.replace("\"", "\"\"") + "\", pg_temp";
    }
}
