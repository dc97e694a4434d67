package dev.howdah.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Who owns processes and files, by number. */
final class Ownership {
    private Ownership() {}

    static boolean isRoot() {
        try {
            return !Platform.HERE.isWindows()
                    && Command.run(List.of("id", "-u"), Path.of("/")).lastLine().equals("0");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static int of(Path path) {
        try {
            return (Integer) Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The top comes last, as it tells whether there is anything to do: a kill in between is made good next time. */
    static void give(Path top, int uid) {
        if (of(top) == uid) {
            return;
        }
        try (Stream<Path> paths = Files.walk(top)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.setAttribute(path, "unix:uid", uid, LinkOption.NOFOLLOW_LINKS);
            }
        } catch (IOException | UncheckedIOException e) {
            throw new EmbeddedPostgresException("cannot change the owner of " + top + ": " + e.getMessage(), e);
        }
    }
}
