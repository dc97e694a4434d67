package dev.howdah.cli;

import dev.howdah.core.Outcome;
import dev.howdah.core.Threads;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Runs a command for each message: payload on its stdin, the rest in its environment, the outcome from its exit code. What
 * it writes is passed on, stdout in whole when it ends, so that the output of messages side by side does not mix.
 */
final class CommandRunner {

    /** EX_TEMPFAIL of sysexits.h. */
    static final int RETRY_LATER = 75;

    private static final int ERROR_TAIL = 4_000;
    private static final long SECONDS_TO_END = 5;

    private final List<String> command;
    private final PrintStream out;
    private final PrintStream err;
    private final ExecutorService pumps = Threads.perTask("howdah-work-io");

    CommandRunner(List<String> command, PrintStream out, PrintStream err) {
        this.command = List.copyOf(command);
        this.out = out;
        this.err = err;
    }

    /**
     * Fails before any message is claimed: a command that can't be started would fail them all.
     *
     * @param example of a whole command line
     */
    static void check(List<String> command, String example) {
        if (command.isEmpty()) {
            throw new CommandFailure(ExitCode.USAGE, "say what to run after --, as in: " + example);
        }
        String program = command.get(0);
        boolean found = program.contains("/")
                ? Files.isExecutable(Path.of(program))
                : Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
        if (!found) {
            throw new CommandFailure(ExitCode.USAGE, "there is no command " + program);
        }
    }

    /** @param retryLater after how long, if the command asks for it */
    Outcome run(Map<String, String> environment, byte[] payload, Supplier<Duration> retryLater) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            Future<byte[]> output = pumps.submit(() -> process.getInputStream().readAllBytes());
            Future<String> errors = pumps.submit(() -> passOn(process.getErrorStream()));
            Future<?> input = pumps.submit(() -> feed(process.getOutputStream(), payload));
            int exitCode = process.waitFor();
            input.cancel(true);
            print(output.get());
            return outcome(retryLater, exitCode, errors.get());
        } finally {
            end(process);
        }
    }

    private Outcome outcome(Supplier<Duration> retryLater, int exitCode, String errors) throws CommandFailed {
        return switch (exitCode) {
            case 0 -> Outcome.done();
            case RETRY_LATER -> Outcome.retry(retryLater.get());
            default -> throw new CommandFailed(command.get(0), exitCode, errors);
        };
    }

    private static void feed(OutputStream stdin, byte[] payload) {
        try (stdin) {
            stdin.write(payload);
        } catch (IOException e) {
            // it does not read its input, which is its own affair
        }
    }

    private String passOn(InputStream stderr) throws IOException {
        ByteArrayOutputStream tail = new ByteArrayOutputStream();
        byte[] buffer = new byte[8192];
        for (int n = stderr.read(buffer); n >= 0; n = stderr.read(buffer)) {
            err.write(buffer, 0, n);
            err.flush();
            if (tail.size() > ERROR_TAIL) {
                tail.reset();
            }
            tail.write(buffer, 0, n);
        }
        return tail.toString(StandardCharsets.UTF_8);
    }

    /** A last line without an end gets one, or the next job's output would stick to it. */
    private void print(byte[] output) {
        if (output.length > 0) {
            synchronized (out) {
                out.write(output, 0, output.length);
                if (output[output.length - 1] != '\n') {
                    out.println();
                }
                out.flush();
            }
        }
    }

    private static void end(Process process) throws InterruptedException {
        if (process.isAlive()) {
            process.destroy();
            if (!process.waitFor(SECONDS_TO_END, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        }
    }
}
