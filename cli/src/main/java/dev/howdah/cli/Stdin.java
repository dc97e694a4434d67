package dev.howdah.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.stream.Stream;

/** What a command is given on its stdin. Text is UTF-8; what is not is refused, as nobody could mend it afterwards. */
final class Stdin {

    private Stdin() {}

    static byte[] bytes() throws IOException {
        return System.in.readAllBytes();
    }

    static String text() throws IOException {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw noText();
        }
    }

    /** As they come, so there may be millions. */
    static Stream<String> lines() {
        BufferedReader reader =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8.newDecoder()));
        return Stream.generate(() -> line(reader))
                .takeWhile(Optional::isPresent)
                .map(Optional::get);
    }

    private static Optional<String> line(BufferedReader reader) {
        try {
            return Optional.ofNullable(reader.readLine());
        } catch (CharacterCodingException e) {
            throw noText();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static CommandFailure noText() {
        return new CommandFailure(ExitCode.FAILED, "what is on stdin is not text in UTF-8");
    }
}
