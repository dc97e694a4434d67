package dev.howdah.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Runs another program to its end. */
final class Command {
    private Command() {}

    record Result(int exitCode, String output) {
        boolean succeeded() {
            return exitCode == 0;
        }

        /** The last line of the output that says anything, for an error message. */
        String lastLine() {
            return output.lines()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty())
                    .reduce("no output", (a, b) -> b);
        }
    }

    /**
     * Waits for the end even when the thread is interrupted (and keeps the interrupt): half a start or stop helps
     * nobody.
     *
     * @throws IOException when the program does not exist
     */
    static Result run(List<String> command, Path workingFolder) throws IOException {
        // a file, not a pipe: on Windows the server inherits the pipe and would keep it open
        File output = Files.createTempFile("howdah-", ".out").toFile();
        try {
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(workingFolder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output);
            // PGPORT, PGOPTIONS and their kind of the user's shell are meant for another server
            builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
            builder.environment().put("LC_ALL", "C");
            Process process = builder.start();
            process.getOutputStream().close();
            int exitCode = waitFor(process);
            return new Result(exitCode, new String(Files.readAllBytes(output.toPath()), UTF_8));
        } finally {
            // still held by the server on Windows
            if (!output.delete()) {
                output.deleteOnExit();
            }
        }
    }

    /** False also when the program does not exist. */
    static boolean succeeds(String... command) {
        try {
            return run(List.of(command), Path.of("/")).succeeded();
        } catch (IOException noSuchProgram) {
            return false;
        }
    }

    private static int waitFor(Process process) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return process.waitFor();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
