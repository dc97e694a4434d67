package dev.howdah.cli;

import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** The command line as a process of its own, as a user has it. Whatever still runs at the end is killed. */
final class HowdahProcess implements AutoCloseable {

    private final Process process;
    private final Lines out;
    private final Lines err;

    private HowdahProcess(Process process) {
        this(process, process.getInputStream());
    }

    private HowdahProcess(Process process, InputStream output) {
        this.process = process;
        this.out = new Lines(output);
        this.err = new Lines(process.getErrorStream());
    }

    static HowdahProcess start(String... args) {
        return start(Map.of(), args);
    }

    static HowdahProcess start(Map<String, String> environment, String... args) {
        ProcessBuilder builder = builder(args).redirectInput(ProcessBuilder.Redirect.from(nothing()));
        builder.environment().putAll(environment);
        return start(builder);
    }

    /** With a file as its stdin. */
    static HowdahProcess fed(Path stdin, String... args) {
        return start(builder(args).redirectInput(stdin.toFile()));
    }

    /** With its stdout in a file. */
    static HowdahProcess writing(Path stdout, String... args) {
        return start(builder(args)
                .redirectInput(ProcessBuilder.Redirect.from(nothing()))
                .redirectOutput(stdout.toFile()));
    }

    /** With its stdout piped into another command, whose stdout is seen then. */
    static HowdahProcess pipedInto(List<String> reader, String... args) {
        try {
            List<Process> both = ProcessBuilder.startPipeline(List.of(
                    builder(args).redirectInput(ProcessBuilder.Redirect.from(nothing())), new ProcessBuilder(reader)));
            return new HowdahProcess(both.get(0), both.get(1).getInputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static HowdahProcess start(ProcessBuilder builder) {
        try {
            return new HowdahProcess(builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ProcessBuilder builder(String... args) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "dev.howdah.cli.Main"));
        command.addAll(List.of(args));
        return new ProcessBuilder(command);
    }

    /** Runs to the end. */
    static HowdahProcess run(String... args) {
        HowdahProcess run = start(args);
        run.awaitEnd();
        return run;
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** The first line on stdout that is as wanted, once it is there. */
    String awaitLine(Predicate<String> wanted) {
        await().atMost(Duration.ofSeconds(60)).until(() -> out.all().stream().anyMatch(wanted) || !process.isAlive());
        return out.all().stream()
                .filter(wanted)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no such line; it wrote\n" + out() + "\n" + err()));
    }

    int awaitEnd() {
        try {
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                throw new AssertionError("it does not end; it wrote\n" + out() + "\n" + err());
            }
            out.awaitEnd();
            err.awaitEnd();
            return process.exitValue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    int exitCode() {
        return process.exitValue();
    }

    String out() {
        return String.join("\n", out.all());
    }

    String err() {
        return String.join("\n", err.all());
    }

    /** SIGTERM, and waits for the end. */
    int terminate() {
        process.destroy();
        return awaitEnd();
    }

    /** SIGKILL, and waits for the end. */
    void kill() {
        process.destroyForcibly();
        awaitEnd();
    }

    @Override
    public void close() {
        if (process.isAlive()) {
            kill();
        }
    }

    private static java.io.File nothing() {
        return new java.io.File("/dev/null");
    }

    /** Lines as they come, read by a thread of their own. */
    private static final class Lines {
        private final List<String> lines = new ArrayList<>();
        private final Thread reader;

        Lines(InputStream stream) {
            reader = new Thread(() -> read(stream));
            reader.setDaemon(true);
            reader.start();
        }

        private void read(InputStream stream) {
            try (BufferedReader in = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
                for (String line = in.readLine(); line != null; line = in.readLine()) {
                    synchronized (lines) {
                        lines.add(line);
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        List<String> all() {
            synchronized (lines) {
                return List.copyOf(lines);
            }
        }

        void awaitEnd() throws InterruptedException {
            reader.join(5_000);
        }
    }
}
