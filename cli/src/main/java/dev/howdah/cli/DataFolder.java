package dev.howdah.cli;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** {@code --data}: where {@code up} keeps its database, and where other commands find it. */
final class DataFolder {

    @Option(
            names = "--data",
            paramLabel = "FOLDER",
            description = "Where up keeps its database (default: $HOWDAH_DATA, else ~/.local/share/howdah).")
    private Optional<Path> folder = Optional.empty();

    Path path() {
        return folder.orElseGet(() -> standard(System.getenv()))
                .toAbsolutePath()
                .normalize();
    }

    /** Whether other commands find it only if they are told, too. */
    boolean isChosen() {
        return folder.isPresent();
    }

    private static Path standard(Map<String, String> environment) {
        String chosen = environment.getOrDefault("HOWDAH_DATA", "");
        if (!chosen.isEmpty()) {
            return Path.of(chosen);
        }
        String xdg = environment.getOrDefault("XDG_DATA_HOME", "");
        Path base = xdg.isEmpty() ? Path.of(System.getProperty("user.home"), ".local", "share") : Path.of(xdg);
        return base.resolve("howdah");
    }
}
