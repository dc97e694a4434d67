package dev.howdah.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The folder that keeps unpacked binaries, a folder for each content. */
record BinariesCache(Path root) {
    private static final Path FOR_ALL_USERS = Path.of("/var/cache/howdah");

    interface Source {
        InputStream open() throws IOException;
    }

    static BinariesCache forUser(Unprivileged user) {
        String chosen = System.getProperty("howdah.cache");
        Path own = chosen != null
                ? Path.of(chosen).toAbsolutePath()
                : defaultRoot(Platform.HERE, System.getProperty("user.home"), System.getenv());
        if (user.reaches(nearestExisting(own))) {
            return new BinariesCache(own);
        }
        if (chosen != null) {
            throw user.cannotReach(own);
        }
        return new BinariesCache(FOR_ALL_USERS);
    }

    static Path defaultRoot(Platform platform, String userHome, Map<String, String> environment) {
        String xdg = environment.getOrDefault("XDG_CACHE_HOME", "");
        if (!xdg.isEmpty()) {
            return Path.of(xdg, "howdah");
        }
        if (platform.isMac()) {
            return Path.of(userHome, "Library", "Caches", "howdah");
        }
        String windows = environment.getOrDefault("LOCALAPPDATA", "");
        return platform.isWindows() && !windows.isEmpty()
                ? Path.of(windows, "howdah")
                : Path.of(userHome, ".cache", "howdah");
    }

    /**
     * The complete folder of that name. A folder gets its name only when it is complete, so what a killed process left
     * half-unpacked is never used; of several processes one unpacks and the others wait.
     */
    Path folder(String name, Source source) throws IOException {
        Path complete = root.resolve(name);
        if (!Files.isDirectory(complete)) {
            synchronized (BinariesCache.class) {
                unpackUnderLock(complete, source);
            }
        }
        return complete;
    }

    private void unpackUnderLock(Path complete, Source source) throws IOException {
        createRoot();
        try (FileChannel channel = FileChannel.open(
                        root.resolve(complete.getFileName() + ".lock"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            if (Files.isDirectory(complete)) {
                return;
            }
            Folders.deleteUnfinished(complete);
            Path unfinished = Folders.createUnfinished(complete);
            try (InputStream txz = source.open()) {
                BinariesArchive.unpack(txz, unfinished);
                Files.move(unfinished, complete, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Folders.delete(unfinished);
            }
        }
    }

    private void createRoot() throws IOException {
        try {
            if (!Files.isDirectory(root)) {
                Files.createDirectories(root);
                // whatever the umask: as root the server is another user
                Folders.permit(root, "rwxr-xr-x");
            }
            if (Files.isWritable(root)) {
                return;
            }
        } catch (IOException e) {
            throw notWritable(e);
        }
        throw notWritable(null);
    }

    private EmbeddedPostgresException notWritable(@Nullable IOException cause) {
        String message = "cannot write to the cache " + root + "; -Dhowdah.cache=<folder> chooses another";
        return cause == null
                ? new EmbeddedPostgresException(message)
                : new EmbeddedPostgresException(message + " (" + Errors.describe(cause) + ")", cause);
    }

    private static Path nearestExisting(Path path) {
        Path parent = path.getParent();
        return Files.exists(path) || parent == null ? path : nearestExisting(parent);
    }
}
