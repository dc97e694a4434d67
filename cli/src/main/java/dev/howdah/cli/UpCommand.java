package dev.howdah.cli;

import dev.howdah.embedded.EmbeddedPostgres;
import dev.howdah.embedded.PortTakenException;
import dev.howdah.embedded.PostgresAddress;
import dev.howdah.install.InstallReport;
import dev.howdah.install.Installer;
import dev.howdah.server.DatabaseUrl;
import dev.howdah.server.HowdahServer;
import dev.howdah.server.ServerSettings;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.ObjectMapper;

@Command(
        name = "up",
        description = {
            "Starts a PostgreSQL, Howdah in it, and the server.",
            "All on this machine; the data stays in a folder, where the next up finds it. "
                    + "Ctrl-C lets what is under way come to its end, then stops all of it."
        },
        footer = {"", "Example: howdah up --demo"})
final class UpCommand implements Callable<Integer> {

    private static final int DEFAULT_PG_PORT = 15_432;
    private static final String COMMAND = System.getProperty("howdah.command", "howdah");

    @Mixin
    private DataFolder data = new DataFolder();

    @Mixin
    private ServerOptions serverOptions = new ServerOptions();

    @Option(
            names = "--pg-port",
            paramLabel = "PORT",
            defaultValue = "" + DEFAULT_PG_PORT,
            description = "PostgreSQL's port; 0 is any free one (default: ${DEFAULT-VALUE}).")
    private int pgPort;

    @Option(names = "--demo", description = "Also send a message through every wing and show its way.")
    private boolean demo;

    @Option(names = "--json", description = "Print the addresses as one line of JSON.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        ServerSettings settings = serverOptions.settings(Optional.of(true));
        Path home = data.path();
        try (Lifetime lifetime = Lifetime.begin()) {
            EmbeddedPostgres postgres = lifetime.add(startPostgres(home));
            DatabaseUrl database = DatabaseUrl.parse(postgres.address().url());
            InstallReport installed = Installer.forWingsOnClassPath().install(database.dataSource("howdah install"));
            HowdahServer server = lifetime.add(serverOptions.start(database, settings));
            lifetime.add(RunningUp.announce(home, postgres.address().url()));
            Addresses addresses = new Addresses(postgres.address(), ServerOptions.address(settings, server));
            if (json) {
                out().println(new ObjectMapper().writeValueAsString(addresses.asMap()));
            } else {
                tell(postgres, home, installed, addresses);
            }
            if (demo) {
                new JobDemo(server.howdah()).run(out());
                new StreamDemo(server.howdah(), database.dataSource("howdah demo")).run(out());
                new QueueDemo(server.howdah()).run(out());
            }
            out().flush();
            lifetime.awaitSignalWhile(postgres::isRunning);
            throw new CommandFailure(
                    ExitCode.FAILED, "PostgreSQL has ended by itself; " + home.resolve("postgresql.log") + " says why");
        }
    }

    private EmbeddedPostgres startPostgres(Path home) {
        if (!home.resolve("data").toFile().exists() && !json) {
            out().println("Making a PostgreSQL in " + home + " ...");
            out().flush();
        }
        try {
            return EmbeddedPostgres.builder().home(home).port(pgPort).start();
        } catch (PortTakenException e) {
            throw ServerOptions.portTaken("PostgreSQL port", e.port(), "--pg-port", e.freePort());
        }
    }

    private void tell(EmbeddedPostgres postgres, Path home, InstallReport installed, Addresses addresses) {
        String schema = installed.applied().isEmpty() ? "up to date" : String.join(", ", installed.applied());
        out().println(spec.commandLine().getColorScheme().ansi().string("""
                @|bold Howdah is up.|@ PostgreSQL %s, data in %s, schema: %s

                  psql   %s
                  JDBC   %s
                  HTTP   %s/rpc/fn_pgqueuer_enqueue

                %sSend a job       curl %s/rpc/fn_pgqueuer_enqueue -H "Content-Type: application/json" \\
                                   -d '{"entrypoint": "fetch", "payload": "hello"}'
                and work it      %s work fetch -- cat
                Try a stream     %s stream create news && %s stream consume news me --follow
                and a queue      %s queue create pdfs && %s queue send pdfs '{"order": 1}' && %s queue read pdfs
                Ctrl-C stops everything; the data stays.""".formatted(
                        postgres.version(),
                        home,
                        schema,
                        addresses.psql(),
                        addresses.jdbc(),
                        addresses.http(),
                        data.isChosen() ? "In other terminals, first: export HOWDAH_DATA=" + home + "\n" : "",
                        addresses.http(),
                        COMMAND,
                        COMMAND,
                        COMMAND,
                        COMMAND,
                        COMMAND,
                        COMMAND)));
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    /** How to reach it. */
    private record Addresses(PostgresAddress postgres, String http) {
        String psql() {
            return postgres.url();
        }

        String jdbc() {
            return postgres.jdbcUrl();
        }

        Map<String, String> asMap() {
            Map<String, String> map = new LinkedHashMap<>();
            map.put("psql", psql());
            map.put("jdbc", jdbc());
            map.put("http", http());
            return map;
        }
    }
}
