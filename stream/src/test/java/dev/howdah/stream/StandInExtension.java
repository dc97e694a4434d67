package dev.howdah.stream;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** An extension by another's name, of SQL alone, for a PostgreSQL 18 that looks for extensions in a test's folder. */
record StandInExtension(String name, String sql, String... versions) {

    /** The value of {@code extension_control_path} that finds it, {@code create extension … version} then makes it. */
    String writeInto(Path folder) throws IOException {
        Path extensions = Files.createDirectories(folder.resolve("extension"));
        Files.writeString(extensions.resolve(name + ".control"), "relocatable = false\n");
        for (String version : versions) {
            Files.writeString(extensions.resolve(name + "--" + version + ".sql"), sql);
        }
        // the server may run as somebody else
        for (Path path : new Path[] {folder, extensions}) {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        return folder + ":$system";
    }
}
