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
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.flywaydb.core.api.migration.JavaMigration;
import org.flywaydb.core.api.output.MigrateOutput;

/**
 * Installs the wings, upgrades them, and removes them. Which migrations a database has had is kept in
 * {@code howdah.history}, a table of Flyway's.
 */
public final class Installer {

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
     * @param dataSource gives three connections at a time, at most; a pool must have as many
     * @throws InstallException if this database can't take it; nothing was changed then
     * @throws HowdahException.Conflict if a table was in use by others for ten seconds on end; run it again
     * @throws HowdahException if it could not be reached, or a migration failed and was rolled back
     */
    public InstallReport install(DataSource dataSource) {
        return Transactions.over(dataSource).call(guard -> {
            waitForOthers(guard);
            return installAlone(dataSource, guard);
        });
    }

    /**
     * Removes the wings with all their data, in one transaction. Wings that are not on the class path stay, and so do
     * roles, which are the whole server's.
     *
     * @throws InstallException if nothing is installed here, or in another schema than the connection's; nothing was
     *     changed then
     */
    public void uninstall(DataSource dataSource) {
        Transactions.over(dataSource).call(connection -> {
            waitForOthers(connection);
            Preconditions found = Preconditions.forUninstall(connection);
            if (!found.installed()) {
                throw new InstallException("Howdah is not installed in this database");
            }
            preflight(connection, found, notice -> {});
            History.forget(connection, wings);
            for (int i = wings.size() - 1; i >= 0; i--) {
                ScriptMigration.run(
                        connection, found.searchPath(), wings.get(i).uninstall().text(), notice -> {});
            }
            return null;
        });
    }

    /** What {@link #install} would apply, by wing and name; empty if this database is up to date. Changes nothing. */
    public List<String> pending(DataSource dataSource) {
        try {
            return Stream.of(configuration(dataSource, migrations("", notice -> {}))
                            .load()
                            .info()
                            .pending())
                    .map(MigrationInfo::getDescription)
                    .toList();
        } catch (FlywayException e) {
            throw failure(e);
        }
    }

    /**
     * The whole installation as a plain SQL script for {@code psql -f}; its result is that of {@link #install}. It
     * fails where Howdah is installed already.
     */
    public String script() {
        return new InstallScript(wings).text();
    }

    private InstallReport installAlone(DataSource dataSource, Connection guard) throws SQLException {
        Preconditions found = Preconditions.check(guard, wings);
        if (found.installed()) {
            History.refuseNewer(guard, wings);
        }
        List<String> notices = new ArrayList<>();
        preflight(guard, found, notices::add);
        Transactions.over(dataSource).call(this::prepare);
        JavaMigration[] migrations = migrations(found.searchPath(), notices::add);
        return new InstallReport(found.schema(), migrate(configuration(dataSource, migrations)), notices);
    }

    private void preflight(Connection connection, Preconditions found, Consumer<String> notices) throws SQLException {
        for (WingSql wing : wings) {
            try {
                ScriptMigration.run(
                        connection, found.searchPath(), wing.preflight().text(), notices);
            } catch (SQLException e) {
                if (Raised.by(e)) {
                    throw new InstallException(SqlErrors.message(e), e);
                }
                throw e;
            }
        }
    }

    private Void prepare(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(Preparation.script(
                    wings.stream().flatMap(wing -> wing.roles().stream()).toList()));
        }
        return null;
    }

    private JavaMigration[] migrations(String searchPath, Consumer<String> notices) {
        return ScriptMigration.of(wings).stream()
                .map(migration -> migration.forFlyway(searchPath, notices))
                .toArray(JavaMigration[]::new);
    }

    /** Wings come and go with the class path, so a later one may have a lower number, and any one may be missing. */
    private static FluentConfiguration configuration(DataSource dataSource, JavaMigration[] migrations) {
        return Flyway.configure()
                .dataSource(dataSource)
                .locations(new String[0])
                .javaMigrations(migrations)
                .defaultSchema(History.SCHEMA)
                .table(History.TABLE)
                .createSchemas(false)
                .outOfOrder(true)
                .ignoreMigrationPatterns("*:missing", "*:future");
    }

    private static List<String> migrate(FluentConfiguration configuration) {
        try {
            return configuration.load().migrate().migrations.stream()
                    .map((MigrateOutput m) -> m.description)
                    .toList();
        } catch (FlywayException e) {
            throw failure(e);
        }
    }

    private static HowdahException failure(FlywayException e) {
        for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql) {
                return SqlErrors.of(sql);
            }
        }
        return new HowdahException(e.getMessage().lines().limit(2).collect(Collectors.joining(" ")), e);
    }

    /** The guard idles while others connections work, and must see what was committed while it waited. */
    private static void waitForOthers(Connection guard) throws SQLException {
        try (Statement statement = guard.createStatement()) {
            statement.execute("set transaction isolation level read committed");
            statement.execute("""
                    select set_config(name, '0', true)
                      from pg_settings
                     where name in ('idle_in_transaction_session_timeout', 'transaction_timeout', 'statement_timeout',
                                    'lock_timeout')""");
            statement.execute("select " + Preparation.LOCK);
        }
    }
}
