package dev.howdah.cli;

import dev.howdah.core.HowdahException;
import dev.howdah.embedded.HomeInUseException;
import dev.howdah.install.InstallException;
import java.io.PrintWriter;
import picocli.CommandLine;

/** Tells the user what went wrong: in one line, and with the stack trace only if asked for. */
final class Failures implements CommandLine.IExecutionExceptionHandler, CommandLine.IParameterExceptionHandler {

    @Override
    public int handleExecutionException(Exception error, CommandLine command, CommandLine.ParseResult parsed) {
        PrintWriter err = command.getErr();
        tell(err, command, message(error));
        if (error instanceof InstallException refused) {
            refused.statements().forEach(statement -> err.println("    " + statement));
        }
        if (Verbosity.isVerbose()) {
            error.printStackTrace(err);
        }
        return exitCode(error);
    }

    @Override
    public int handleParseException(CommandLine.ParameterException error, String[] args) {
        CommandLine command = error.getCommandLine();
        tell(command.getErr(), command, firstLine(error.getMessage()));
        command.getErr().println("Try: " + command.getCommandSpec().qualifiedName() + " --help");
        return ExitCode.USAGE;
    }

    private static void tell(PrintWriter err, CommandLine command, String message) {
        err.println(command.getColorScheme().errorText("howdah: " + message));
    }

    private static String message(Exception error) {
        return error.getMessage() == null ? error.toString() : firstLine(error.getMessage());
    }

    private static String firstLine(String text) {
        return text.lines().findFirst().orElse("");
    }

    private static int exitCode(Exception error) {
        if (error instanceof CommandFailure failure) {
            return failure.exitCode();
        }
        if (error instanceof InstallException refused && !refused.statements().isEmpty()
                || error instanceof HowdahException.AccessDenied denied
                        && "42501".equals(denied.sqlState().orElse(""))) {
            return ExitCode.NOT_PERMITTED;
        }
        if (error instanceof HowdahException.Unavailable || error instanceof HowdahException.AccessDenied) {
            return ExitCode.UNAVAILABLE;
        }
        if (error instanceof HomeInUseException) {
            return ExitCode.IN_USE;
        }
        return error instanceof IllegalArgumentException ? ExitCode.USAGE : ExitCode.FAILED;
    }
}
