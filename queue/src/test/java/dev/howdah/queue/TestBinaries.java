package dev.howdah.queue;

import dev.howdah.embedded.PostgresBinaries;
import java.nio.file.Path;

/** PostgreSQL in the version that a test wants. */
final class TestBinaries {

    private TestBinaries() {}

    /** The bundled one is 18; the jars of the others lie beside the classes, since all hold an archive of one name. */
    static PostgresBinaries of(int major) {
        return major == 18
                ? PostgresBinaries.bundled()
                : PostgresBinaries.of(Path.of("target/postgres", major + ".jar"));
    }
}
