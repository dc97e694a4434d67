package dev.howdah.embedded;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Homes below the system's folder for temporary files. */
final class TemporaryHomes {
    private static final Logger LOG = LoggerFactory.getLogger(TemporaryHomes.class);
    private static final String PREFIX = "howdah-postgres-";

    private TemporaryHomes() {}

    static Home create() {
        try {
            return Home.at(Files.createTempDirectory(PREFIX));
        } catch (IOException e) {
            throw new EmbeddedPostgresException("cannot create a temporary folder: " + Errors.describe(e), e);
        }
    }

    /** Stops and deletes what processes that were killed could not. */
    static void removeAbandoned(Home own, Consumer<Home> stop) {
        try (DirectoryStream<Path> folders =
                Files.newDirectoryStream(own.folder().getParent(), PREFIX + "*")) {
            for (Path folder : folders) {
                try {
                    removeIfAbandoned(new Home(folder.toRealPath()), own, stop);
                } catch (IOException | EmbeddedPostgresException notOurs) {
                    LOG.debug("Leaving {} alone: {}", folder, notOurs.getMessage());
                }
            }
        } catch (IOException e) {
            LOG.debug("Cannot look for abandoned folders: {}", e.getMessage());
        }
    }

    private static void removeIfAbandoned(Home home, Home own, Consumer<Home> stop) throws IOException {
        // without a password its maker may be about to take the lock
        boolean isOther = !home.equals(own) && Files.exists(home.passwordFile());
        if (!isOther || !Files.getOwner(home.folder()).equals(Files.getOwner(own.folder()))) {
            return;
        }
        Optional<HomeLock> lock = HomeLock.takeExisting(home);
        if (lock.isPresent()) {
            try (HomeLock held = lock.get()) {
                stop.accept(home);
                delete(home);
            }
        }
    }

    /** The lock goes last: whoever finds the folder half-deleted finds it in use. */
    static void delete(Home home) throws IOException {
        try (DirectoryStream<Path> children = Files.newDirectoryStream(home.folder())) {
            for (Path child : children) {
                if (!child.equals(home.lock())) {
                    Folders.delete(child);
                }
            }
        }
        Folders.delete(home.folder());
    }
}
