package dev.howdah.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The part of postgresql.log that was written after this object was made. */
final class ServerLog {
    private static final Pattern MESSAGE = Pattern.compile("\\b(LOG|WARNING|ERROR|FATAL|PANIC):\\s+(.*)");
    private static final int MOST_BYTES = 1 << 20;

    private final Path file;
    private final long start;

    private record Message(String severity, String text) {
        boolean isFatal() {
            return severity.equals("FATAL") || severity.equals("PANIC");
        }
    }

    ServerLog(Path file) throws IOException {
        this.file = file;
        this.start = Files.exists(file) ? Files.size(file) : 0;
    }

    boolean contains(String text) {
        return read().contains(text);
    }

    /** Why the server did not start, in its own words without timestamp. */
    Optional<String> reason() {
        List<Message> messages = read().lines()
                .map(MESSAGE::matcher)
                .filter(Matcher::find)
                .map(m -> new Message(m.group(1), m.group(2)))
                .toList();
        for (int i = messages.size() - 1; i >= 0; i--) {
            if (messages.get(i).isFatal()) {
                // "configuration file contains errors": the message before says which
                boolean beforeSaysMore = i > 0 && messages.get(i).text().endsWith("contains errors");
                return Optional.of(messages.get(beforeSaysMore ? i - 1 : i).text());
            }
        }
        return Optional.empty();
    }

    private String read() {
        try (SeekableByteChannel channel = Files.newByteChannel(file)) {
            long from = Math.max(start, channel.size() - MOST_BYTES);
            ByteBuffer bytes = ByteBuffer.allocate((int) Math.max(0, channel.size() - from));
            channel.position(from);
            while (bytes.hasRemaining() && channel.read(bytes) >= 0) {}
            return new String(bytes.array(), 0, bytes.position(), UTF_8);
        } catch (IOException notWrittenYet) {
            return "";
        }
    }
}
