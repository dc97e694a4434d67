package dev.howdah.stream;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Statements, their triggers named as PgQ's, and what is to come of them. */
record CaptureCase(String name, List<String> statements, List<String> outcome) {

    static Stream<CaptureCase> all(String resource) {
        try (InputStream stream = CaptureCase.class.getResourceAsStream(resource)) {
            String text = new String(stream.readAllBytes(), StandardCharsets.UTF_8).replaceAll("(?m)^#.*\n", "");
            return Arrays.stream(text.split("(?m)^=== ")).skip(1).map(CaptureCase::parse);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static CaptureCase parse(String block) {
        int afterName = block.indexOf('\n');
        String[] halves = block.substring(afterName + 1).split("(?m)^---\n");
        return new CaptureCase(
                block.substring(0, afterName),
                List.of(halves[0].strip().split(";\n(?! |end\n)|;$")),
                halves.length == 1
                        ? List.of()
                        : halves[1].lines().filter(line -> !line.isBlank()).toList());
    }

    /** The statements, with the triggers of schema {@code pgq} or {@code pgque}. */
    List<String> inSchema(String schema) {
        return statements.stream().map(sql -> sql.replace("pgq.", schema + ".")).toList();
    }

    @Override
    public String toString() {
        return name;
    }
}
