package dev.howdah.cli;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Properties;

/** What an {@code up} that runs leaves in its data folder, for the other commands: where its database is. */
record RunningUp(long pid, String url) {

    private static final String FILE = "up.properties";

    /** @throws CommandFailure if none runs on this folder */
    static RunningUp on(Path data) {
        Path file = data.resolve(FILE);
        if (!Files.exists(file)) {
            throw new CommandFailure(
                    ExitCode.UNAVAILABLE,
                    "no howdah up is running on " + data + ": start it, or name a database with --db");
        }
        RunningUp found = read(file);
        if (ProcessHandle.of(found.pid).filter(ProcessHandle::isAlive).isEmpty()) {
            throw new CommandFailure(
                    ExitCode.UNAVAILABLE,
                    "the howdah up on " + data + " (process " + found.pid + ") is gone: start it again");
        }
        return found;
    }

    /** Readable by its owner alone, because the address has the password. */
    static AutoCloseable announce(Path data, String url) {
        Properties properties = new Properties();
        properties.setProperty("pid", String.valueOf(ProcessHandle.current().pid()));
        properties.setProperty("url", url);
        try {
            Path written = Files.createTempFile(data, FILE, "", ownerOnly());
            try (Writer out = Files.newBufferedWriter(written)) {
                properties.store(out, "howdah up");
            }
            Files.move(written, data.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return () -> Files.deleteIfExists(data.resolve(FILE));
    }

    private static RunningUp read(Path file) {
        Properties properties = new Properties();
        try (Reader in = Files.newBufferedReader(file)) {
            properties.load(in);
            return new RunningUp(Long.parseLong(properties.getProperty("pid")), properties.getProperty("url"));
        } catch (IOException | NumberFormatException e) {
            throw new CommandFailure(ExitCode.FAILED, file + " can't be read: " + e.getMessage());
        }
    }

    private static FileAttribute<?>[] ownerOnly() {
        return FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }
}
