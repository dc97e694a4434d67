package dev.howdah.cli;

import dev.howdah.server.DatabaseUrl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code --db}, or else the database of the {@code up} that is running. */
final class DatabaseOption {

    @Option(
            names = "--db",
            paramLabel = "URL",
            description =
                    "The database: postgresql://user@host:5432/db, \"host=... dbname=...\" or jdbc:postgresql://... "
                            + "(default: that of the howdah up that is running).")
    private Optional<String> url = Optional.empty();

    @Option(
            names = "--password-file",
            paramLabel = "FILE",
            description = "A file with the password in its first line (default: $PGPASSWORD, then ~/.pgpass).")
    private Optional<Path> passwordFile = Optional.empty();

    @Mixin
    private DataFolder data = new DataFolder();

    DatabaseUrl database() {
        return url.isPresent()
                ? DatabaseUrl.parse(url.get()).withPassword(password())
                : DatabaseUrl.parse(RunningUp.on(data.path()).url());
    }

    private @Nullable String password() {
        if (passwordFile.isEmpty()) {
            return System.getenv("PGPASSWORD");
        }
        try {
            return Files.readAllLines(passwordFile.get()).stream().findFirst().orElse("");
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.USAGE, "the password file can't be read: " + passwordFile.get());
        }
    }
}
