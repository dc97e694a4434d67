package dev.howdah.cli;

import dev.howdah.install.Installer;
import dev.howdah.server.DatabaseUrl;
import dev.howdah.server.HowdahServer;
import dev.howdah.server.ServerSettings;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
        name = "serve",
        description = {
            "Runs the server on a database that has Howdah.",
            "Any number may run on one database: what must run once runs in one of them, "
                    + "and in another within two seconds when that one dies."
        },
        footer = {"", "Example: howdah serve --db postgresql://app@db.example:5432/app --password-file /run/secrets/db"
        })
final class ServeCommand implements Callable<Integer> {

    @Mixin
    private DatabaseOption database = new DatabaseOption();

    @Mixin
    private ServerOptions serverOptions = new ServerOptions();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        ServerSettings settings = serverOptions.settings(Optional.empty());
        DatabaseUrl url = database.database();
        List<String> pending = Installer.forWingsOnClassPath().pending(url.dataSource("howdah serve"));
        if (!pending.isEmpty()) {
            throw new CommandFailure(
                    ExitCode.FAILED,
                    "this database lacks " + String.join(", ", pending) + ": run howdah install first");
        }
        try (Lifetime lifetime = Lifetime.begin()) {
            HowdahServer server = lifetime.add(serverOptions.start(url, settings));
            PrintWriter out = spec.commandLine().getOut();
            out.println("Serving " + url + " on " + ServerOptions.address(settings, server) + ". Ctrl-C stops it.");
            out.flush();
            lifetime.awaitSignal();
            return ExitCode.OK;
        }
    }
}
