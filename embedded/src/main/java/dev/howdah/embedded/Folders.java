package dev.howdah.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Stream;

/** What java.nio.file leaves to be done with whole folders. */
final class Folders {
    private Folders() {}

    /** Deletes as much as can be deleted, and says whether that was all: another process may still be writing. */
    static boolean delete(Path folder) {
        if (!Files.exists(folder)) {
            return true;
        }
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
            return true;
        } catch (IOException | UncheckedIOException stillInUse) {
            return false;
        }
    }

    /** Deletes what processes that were killed left unfinished beside {@code finished}. */
    static void deleteUnfinished(Path finished) throws IOException {
        try (DirectoryStream<Path> leftovers =
                Files.newDirectoryStream(parent(finished), unfinishedPrefix(finished) + "*")) {
            leftovers.forEach(Folders::delete);
        }
    }

    /** A new folder beside {@code finished}, to be renamed to it when complete. */
    static Path createUnfinished(Path finished) throws IOException {
        return Files.createTempDirectory(parent(finished), unfinishedPrefix(finished));
    }

    /** Makes a rename or a new file in the folder outlast a power failure, where the system can. */
    static void sync(Path folder) throws IOException {
        if (!Platform.HERE.isWindows()) {
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    /** Sets permissions like {@code rwxr-xr-x}, on systems that have them. */
    static void permit(Path path, String permissions) throws IOException {
        if (!Platform.HERE.isWindows()) {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
        }
    }

    /** Lets other users pass through this folder, but not list it. */
    static void letPass(Path folder) throws IOException {
        Set<PosixFilePermission> permissions = EnumSet.copyOf(Files.getPosixFilePermissions(folder));
        if (permissions.add(PosixFilePermission.OTHERS_EXECUTE)) {
            Files.setPosixFilePermissions(folder, permissions);
        }
    }

    private static String unfinishedPrefix(Path finished) {
        return finished.getFileName() + ".new-";
    }

    private static Path parent(Path path) {
        Path parent = path.toAbsolutePath().getParent();
        if (parent == null) {
            throw new IllegalArgumentException(path + " has no parent folder");
        }
        return parent;
    }
}
