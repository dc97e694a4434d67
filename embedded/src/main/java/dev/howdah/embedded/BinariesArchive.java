package dev.howdah.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/** A .txz with the folders bin, lib and share. */
final class BinariesArchive {
    private BinariesArchive() {}

    /** All users may read and execute the result, whatever the umask: as root the server is another user. */
    static void unpack(InputStream txz, Path folder) throws IOException {
        Folders.permit(folder, "rwxr-xr-x");
        try (TarArchiveInputStream tar = new TarArchiveInputStream(new XZInputStream(txz))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                unpack(entry, tar, folder);
            }
        }
    }

    private static void unpack(TarArchiveEntry entry, InputStream content, Path folder) throws IOException {
        Path target = inside(folder, folder.resolve(entry.getName()), entry);
        if (entry.isDirectory()) {
            createFolder(target, folder);
            return;
        }
        createFolder(target.getParent(), folder);
        if (entry.isSymbolicLink()) {
            inside(folder, target.resolveSibling(entry.getLinkName()), entry);
            Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
        } else if (entry.isFile() && !entry.isLink()) {
            Files.copy(content, target);
            boolean executable = (entry.getMode() & 0100) != 0;
            Folders.permit(target, executable ? "rwxr-xr-x" : "rw-r--r--");
        } else {
            throw new IOException("unexpected entry " + entry.getName());
        }
    }

    private static void createFolder(Path path, Path root) throws IOException {
        if (!path.equals(root) && !Files.isDirectory(path)) {
            createFolder(path.getParent(), root);
            Files.createDirectory(path);
            Folders.permit(path, "rwxr-xr-x");
        }
    }

    private static Path inside(Path folder, Path target, TarArchiveEntry entry) throws IOException {
        if (!target.normalize().startsWith(folder)) {
            throw new IOException("entry " + entry.getName() + " leads out of the folder");
        }
        return target.normalize();
    }
}
