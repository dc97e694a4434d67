package dev.howdah.cli;

import dev.howdah.install.InstallReport;
import dev.howdah.install.Installer;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.ObjectMapper;

@Command(
        name = "install",
        description = {
            "Installs Howdah in a database, or upgrades it there.",
            "PostgreSQL 14 and later. Run again, it does nothing. Tables that PGQueuer made are adopted with their rows."
        },
        footer = {"", "Example: howdah install --db postgresql://app@localhost/app"})
final class InstallCommand implements Callable<Integer> {

    @Mixin
    private DatabaseOption database = new DatabaseOption();

    @Option(names = "--json", description = "Print what was done as JSON.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        InstallReport report =
                Installer.forWingsOnClassPath().install(database.database().dataSource("howdah install"));
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(new ObjectMapper().writeValueAsString(report));
            return ExitCode.OK;
        }
        report.applied().forEach(script -> out.println("applied " + script));
        report.notices().forEach(notice -> out.println("note: " + notice));
        out.println(
                report.applied().isEmpty()
                        ? "Howdah was up to date; nothing was changed."
                        : "Howdah is installed; jobs are in schema " + report.schema()
                                + ", streams in pgque, queues in pgpro_queue.");
        return ExitCode.OK;
    }
}
