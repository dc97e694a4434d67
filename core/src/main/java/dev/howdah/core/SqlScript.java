package dev.howdah.core;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * A piece of a wing's SQL: any number of statements, without transaction control.
 *
 * @param name its file's name without folder and ending, e.g. {@code 2_tables}
 */
public record SqlScript(String name, String text) {

    /** Reads {@code sql/<path>.sql} beside {@code wing}. */
    public static SqlScript read(Class<?> wing, String path) {
        String resource = "sql/" + path + ".sql";
        try (InputStream in = wing.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("no resource " + resource + " beside " + wing.getName());
            }
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return new SqlScript(path.substring(path.lastIndexOf('/') + 1), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
