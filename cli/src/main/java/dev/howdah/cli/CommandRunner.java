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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Runs a command for each message: payload on its stdin, the rest in its environment, the outcome from its exit code. What
 * it writes is passed on, stdout in whole when it ends, so that the output of messages side by side does not mix.
 */
final class CommandRunner {

    /** EX_TEMPFAIL of sysexits.h. */
    static final int RETRY_LATER = 75;

    private static final int ERROR_TAIL = 4_000;
    private static final long SECONDS_TO_END = 5;
    private static final long SECONDS_TO_READ = 1;

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
                ? isProgram(Path.of(program))
                : Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                        .anyMatch(folder -> isProgram(Path.of(folder, program)));
        if (!found) {
            throw new CommandFailure(ExitCode.USAGE, "there is no command " + program);
        }
    }

    private static boolean isProgram(Path path) {
        return Files.isRegularFile(path) && Files.isExecutable(path);
    }

    /** @param retryLater after how long, if the command asks for it */
    Outcome run(Map<String, String> environment, byte[] payload, Supplier<Duration> retryLater) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            ByteArrayOutputStream output = new ByteArrayOutputStream();
            ByteArrayOutputStream errors = new ByteArrayOutputStream();
            Future<?> outputPump = pumps.submit(() -> process.getInputStream().transferTo(output));
            Future<?> errorPump = pumps.submit(() -> passOn(process.getErrorStream(), errors));
            Future<?> input = pumps.submit(() -> feed(process.getOutputStream(), payload));
            int exitCode = process.waitFor();
            input.cancel(true);
            awaitRest(outputPump);
            awaitRest(errorPump);
            print(output.toByteArray());
            return outcome(retryLater, exitCode, errors.toString(StandardCharsets.UTF_8));
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

    /** What it wrote is there to be read. Who is left behind by it may keep its output open, and is not waited for. */
    private static void awaitRest(Future<?> pump) throws InterruptedException, ExecutionException {
        try {
            pump.get(SECONDS_TO_READ, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            // whatever comes now is no part of the job
        }
    }

    private @Nullable Void passOn(InputStream stderr, ByteArrayOutputStream tail) throws IOException {
        byte[] buffer = new byte[8192];
        for (int n = stderr.read(buffer); n >= 0; n = stderr.read(buffer)) {
            err.write(buffer, 0, n);
            err.flush();
            if (tail.size() > ERROR_TAIL) {
                tail.reset();
            }
            tail.write(buffer, 0, n);
        }
        return null;
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

    /** With all that it started, or a shell's child would go on beside the job's next attempt. */
    private static void end(Process process) throws InterruptedException, ExecutionException {
        if (!process.isAlive()) {
            return;
        }
        List<ProcessHandle> all = Stream.concat(process.descendants(), Stream.of(process.toHandle()))
                .toList(); // now: a child whose parent has ended is nobody's
        try {
            all.forEach(ProcessHandle::destroy);
            CompletableFuture.allOf(all.stream().map(ProcessHandle::onExit).toArray(CompletableFuture<?>[]::new))
                    .get(SECONDS_TO_END, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            // they do not listen
        } finally {
            all.forEach(ProcessHandle::destroyForcibly);
        }
    }
}
