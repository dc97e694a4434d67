package dev.howdah.cli;

import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;

/** What a command did to the jobs that it was given. */
final class JobIds {

    private JobIds() {}

    /** Says what was done; the command has failed if it could not be done to all. */
    static int report(CommandSpec spec, List<Long> ids, List<Long> done, String what, String whyNot) {
        done.forEach(id -> spec.commandLine().getOut().println("job " + id + " is " + what));
        List<Long> others =
                ids.stream().distinct().filter(id -> !done.contains(id)).toList();
        if (!others.isEmpty()) {
            spec.commandLine().getOut().flush();
            throw new CommandFailure(
                    ExitCode.FAILED,
                    "job " + others.stream().map(String::valueOf).collect(Collectors.joining(", ")) + " " + whyNot);
        }
        return ExitCode.OK;
    }
}
