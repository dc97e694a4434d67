package dev.howdah.cli;

import dev.howdah.core.Outcome;
import dev.howdah.core.Threads;
import dev.howdah.job.Job;
import dev.howdah.job.JobHandler;
import dev.howdah.job.RetryPolicy;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Runs a command for each job: payload on its stdin, fields and headers in its environment, the outcome from its exit
 * code. What it writes is passed on, stdout in whole when it ends, so that the output of jobs side by side does not mix.
 */
final class CommandHandler implements JobHandler {

    /** EX_TEMPFAIL of sysexits.h. */
    static final int RETRY_LATER = 75;

    private static final int ERROR_TAIL = 4_000;
    private static final long SECONDS_TO_END = 5;

    private final List<String> command;
    private final PrintStream out;
    private final PrintStream err;
    private final ExecutorService pumps = Threads.perTask("howdah-work-io");

    CommandHandler(List<String> command, PrintStream out, PrintStream err) {
        this.command = List.copyOf(command);
        this.out = out;
        this.err = err;
    }

    @Override
    public Outcome handle(Job job) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(JobEnvironment.of(job));
        Process process = builder.start();
        try {
            Future<byte[]> output = pumps.submit(() -> process.getInputStream().readAllBytes());
            Future<String> errors = pumps.submit(() -> passOn(process.getErrorStream()));
            Future<?> input = pumps.submit(() -> feed(process.getOutputStream(), job.payload()));
            int exitCode = process.waitFor();
            input.cancel(true);
            print(output.get());
            return outcome(job, exitCode, errors.get());
        } finally {
            end(process);
        }
    }

    private Outcome outcome(Job job, int exitCode, String errors) throws CommandFailed {
        return switch (exitCode) {
            case 0 -> Outcome.done();
            case RETRY_LATER -> Outcome.retry(RetryPolicy.standard().backoff().after(job.attempts() + 1));
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
