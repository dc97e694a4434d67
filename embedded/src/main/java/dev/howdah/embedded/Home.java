package dev.howdah.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.HexFormat;

/** The folder of one PostgreSQL: {@code data}, {@code password}, {@code postgresql.log} and {@code lock}. */
record Home(Path folder) {
    private static final int PASSWORD_BYTES = 16;

    static Home at(Path folder) {
        try {
            Files.createDirectories(folder);
            return new Home(folder.toRealPath());
        } catch (IOException e) {
            throw new EmbeddedPostgresException("cannot create the folder " + folder + ": " + Errors.describe(e), e);
        }
    }

    Path data() {
        return folder.resolve("data");
    }

    Path passwordFile() {
        return folder.resolve("password");
    }

    Path log() {
        return folder.resolve("postgresql.log");
    }

    Path lock() {
        return folder.resolve("lock");
    }

    /** The password of both roles, drawn when first asked for; readable by the owner alone. */
    String password() throws IOException {
        if (!Files.exists(passwordFile())) {
            if (Files.exists(data())) {
                throw new EmbeddedPostgresException(passwordFile() + " is missing, and nothing else opens " + data());
            }
            createPassword();
        }
        return Files.readString(passwordFile()).strip();
    }

    private void createPassword() throws IOException {
        byte[] random = new byte[PASSWORD_BYTES];
        new SecureRandom().nextBytes(random);
        Path unfinished = folder.resolve("password.new");
        Files.writeString(unfinished, "");
        Folders.permit(unfinished, "rw-------");
        Files.writeString(unfinished, HexFormat.of().formatHex(random) + "\n", UTF_8);
        try (FileChannel channel = FileChannel.open(unfinished, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(unfinished, passwordFile(), StandardCopyOption.ATOMIC_MOVE);
    }
}
