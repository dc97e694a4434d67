package dev.howdah.cli;

import dev.howdah.install.Installer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
        name = "sql",
        description = {
            "Prints the installation as one SQL script.",
            "For a DBA who wants to read and run it with psql -f."
        },
        footer = {"", "Example: howdah sql > howdah.sql && psql -v ON_ERROR_STOP=1 -f howdah.sql postgresql://..."})
final class SqlCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine().getOut().print(Installer.forWingsOnClassPath().script());
    }
}
