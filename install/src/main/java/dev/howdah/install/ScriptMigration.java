package dev.howdah.install;

import dev.howdah.core.SqlScript;
import dev.howdah.core.WingSql;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import org.flywaydb.core.api.MigrationVersion;
import org.flywaydb.core.api.migration.Context;
import org.flywaydb.core.api.migration.JavaMigration;
import org.jspecify.annotations.Nullable;

/**
 * A wing's script as Flyway sees it. A migration has the version {@code <wing's number>.<place in the list>} and runs
 * once; a wing's functions and grants are one migration without a version, which runs whenever any of them has changed,
 * because what a changed function needs is a matter of all of them.
 */
record ScriptMigration(@Nullable String version, String description, String text) {

    /**
     * A big table takes the time that it takes; but whoever waits long for a lock holds up all who come after, so a
     * table that is in use is given up after ten seconds, unless the connection has a lock_timeout of its own.
     */
    static final String PATIENCE = """
            set_config('statement_timeout', '0', true),
            set_config('lock_timeout', coalesce(nullif(current_setting('lock_timeout'), '0'), '10s'), true)""";

    /** All migrations of {@code wings} in the order in which Flyway runs them: those without a version by name. */
    static List<ScriptMigration> of(List<WingSql> wings) {
        List<ScriptMigration> all = new ArrayList<>();
        for (WingSql wing : wings) {
            List<SqlScript> migrations = wing.migrations();
            for (int i = 0; i < migrations.size(); i++) {
                SqlScript script = migrations.get(i);
                all.add(new ScriptMigration(
                        wing.number() + "." + (i + 1), wing.name() + " " + script.name(), script.text()));
            }
        }
        for (WingSql wing :
                wings.stream().sorted(Comparator.comparing(WingSql::name)).toList()) {
            if (wing.functions().isEmpty()) {
                continue;
            }
            String functions = wing.functions().stream().map(SqlScript::text).collect(Collectors.joining("\n"));
            all.add(new ScriptMigration(null, wing.name() + " functions", functions));
        }
        return all;
    }

    int checksum() {
        CRC32 crc = new CRC32();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        return (int) crc.getValue();
    }

    /** Runs a script with {@code searchPath}; the connection's own search_path is back when it returns. */
    static void run(Connection connection, String searchPath, String script, Consumer<String> notices)
            throws SQLException {
        String before = setSearchPath(connection, searchPath);
        try (Statement statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            statement.execute("select " + PATIENCE);
            statement.execute(script);
            for (SQLWarning w = statement.getWarnings(); w != null; w = w.getNextWarning()) {
                if (Raised.by(w)) {
                    notices.accept(w.getMessage());
                }
            }
        }
        setSearchPath(connection, before);
    }

    private static String setSearchPath(Connection connection, String searchPath) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "select current_setting('search_path'), set_config('search_path', ?, true)")) {
            statement.setString(1, searchPath);
            try (var rows = statement.executeQuery()) {
                rows.next();
                return rows.getString(1);
            }
        }
    }

    JavaMigration forFlyway(String searchPath, Consumer<String> notices) {
        return new ForFlyway(this, searchPath, notices);
    }

    /** Its class name is what Flyway keeps in the column {@code script}. */
    record ForFlyway(ScriptMigration migration, String searchPath, Consumer<String> notices) implements JavaMigration {

        @Override
        public @Nullable MigrationVersion getVersion() {
            return migration.version == null ? null : MigrationVersion.fromVersion(migration.version);
        }

        @Override
        public String getDescription() {
            return migration.description;
        }

        @Override
        public Integer getChecksum() {
            return migration.checksum();
        }

        @Override
        public boolean canExecuteInTransaction() {
            return true;
        }

        @Override
        public void migrate(Context context) throws SQLException {
            run(context.getConnection(), searchPath, migration.text, notices);
        }
    }
}
