package dev.howdah.cli;

import java.io.PrintWriter;

/** A message's command ended with an exit code that means failure; what it wrote to stderr is the trace in the log. */
final class CommandFailed extends Exception {

    private static final long serialVersionUID = 1L;

    private final String errors;

    CommandFailed(String program, int exitCode, String errors) {
        super(program + " ended with exit code " + exitCode);
        this.errors = errors;
    }

    @Override
    public void printStackTrace(PrintWriter writer) {
        writer.println(getMessage());
        writer.print(errors);
    }

    /** The reason that a dead letter keeps. */
    @Override
    public String toString() {
        return getMessage() + (errors.isBlank() ? "" : ": " + errors.strip());
    }
}
