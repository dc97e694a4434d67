package dev.howdah.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** A consumer of events that carry numbers: {@code howdah stream consume --follow}, each life's output in a file of its own. */
final class SoakConsumer implements AutoCloseable {

    private final String name;
    private final String url;
    private final Path folder;
    private final List<Path> outputs = new ArrayList<>();
    private HowdahProcess process;

    SoakConsumer(String name, String url, Path folder) {
        this.name = name;
        this.url = url;
        this.folder = folder;
    }

    String name() {
        return name;
    }

    void start() {
        Path output = folder.resolve(name + "-" + outputs.size());
        outputs.add(output);
        process = HowdahProcess.writing(output, "stream", "consume", "soak", name, "--follow", "--db", url);
    }

    void killAndStart() {
        process.kill();
        start();
    }

    /** One that did not reach a busy database in time is started again; else whatever it has to say is an error. */
    void check() {
        if (!process.isAlive() && process.exitCode() == ExitCode.UNAVAILABLE) {
            start();
        } else if (!process.isAlive()) {
            throw new AssertionError(name + " has ended: " + process.err());
        }
    }

    void stop() {
        check();
        process.terminate();
    }

    @Override
    public void close() {
        if (process != null) {
            process.close();
        }
    }

    /** @param again how many of the lines had a number that was there already */
    record Got(BitSet numbers, long lines, long again) {}

    Got got() {
        BitSet numbers = new BitSet();
        long lines = 0;
        long again = 0;
        for (Path output : outputs) {
            String text = read(output);
            // a line that was cut off was not done, and came again
            for (String line :
                    text.substring(0, text.lastIndexOf('\n') + 1).lines().toList()) {
                int number = Integer.parseInt(line.substring(line.lastIndexOf(' ') + 1));
                lines++;
                if (numbers.get(number)) {
                    again++;
                }
                numbers.set(number);
            }
        }
        return new Got(numbers, lines, again);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
