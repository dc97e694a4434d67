package dev.howdah.cli;

import dev.howdah.install.Installer;
import dev.howdah.server.DatabaseUrl;
import java.io.Console;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "uninstall",
        description = {"Removes Howdah and all its messages.", "Asks first."},
        footer = {"", "Example: howdah uninstall --db postgresql://app@localhost/app"})
final class UninstallCommand implements Callable<Integer> {

    @Mixin
    private DatabaseOption database = new DatabaseOption();

    @Option(names = "--yes", description = "Don't ask.")
    private boolean yes;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        DatabaseUrl url = database.database();
        if (!yes && !agrees(url)) {
            throw new CommandFailure(ExitCode.FAILED, "nothing was removed");
        }
        Installer.forWingsOnClassPath().uninstall(url.dataSource("howdah uninstall"));
        spec.commandLine().getOut().println("Howdah was removed.");
        return ExitCode.OK;
    }

    private static boolean agrees(DatabaseUrl url) {
        Console console = System.console();
        if (console == null) {
            throw new CommandFailure(ExitCode.USAGE, "there is nobody to ask: say --yes to remove everything");
        }
        String answer = console.readLine("Remove Howdah from %s with all messages and jobs in it? [y/N] ", url);
        return answer != null && answer.strip().equalsIgnoreCase("y");
    }
}
