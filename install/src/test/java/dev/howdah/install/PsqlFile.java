package dev.howdah.install;

import dev.howdah.core.SqlErrors;
import dev.howdah.embedded.PostgresAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.postgresql.core.NativeQuery;
import org.postgresql.core.Parser;

/** Runs a script as {@code psql -f} does: one statement after the other on one connection. */
final class PsqlFile {

    private PsqlFile() {}

    /** Stops at the first error, as with ON_ERROR_STOP. */
    static void run(TestBase database, String script) {
        List<String> errors = run(database, script, true);
        if (!errors.isEmpty()) {
            throw new IllegalStateException(errors.get(0));
        }
    }

    /** @return the errors; goes on after them unless told to stop */
    static List<String> run(TestBase database, String script, boolean stop) {
        List<String> errors = new ArrayList<>();
        try (Connection connection = database.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            for (NativeQuery query : Parser.parseJdbcSql(script, true, false, true, false, false)) {
                try {
                    statement.execute(query.nativeSql);
                } catch (SQLException e) {
                    errors.add(SqlErrors.message(e));
                    if (stop) {
                        break;
                    }
                }
            }
        } catch (SQLException e) {
            throw SqlErrors.of(e);
        }
        return errors;
    }

    /** Whether there is a psql on the PATH to do it itself. */
    static boolean isAvailable() {
        return Path.of("/").getFileSystem().getSeparator().equals("/")
                && List.of(System.getenv().getOrDefault("PATH", "").split(":")).stream()
                        .anyMatch(folder -> Files.isExecutable(Path.of(folder, "psql")));
    }

    /** @return what psql said */
    static String psql(PostgresAddress address, String script, String... arguments)
            throws IOException, InterruptedException {
        Path file = Files.createTempFile("howdah", ".sql");
        Path output = Files.createTempFile("howdah", ".out");
        try {
            Files.writeString(file, script, StandardCharsets.UTF_8);
            List<String> command = new ArrayList<>(List.of("psql", "-X", "-q", "-f", file.toString()));
            command.addAll(List.of(arguments));
            command.add(address.url());
            new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start()
                    .waitFor();
            return Files.readString(output);
        } finally {
            Files.delete(file);
            Files.delete(output);
        }
    }
}
