package dev.howdah.cli;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ScopeType;

/** {@code howdah}: streams, queues and background jobs on stock PostgreSQL. */
@Command(
        name = "howdah",
        description = "Streams, queues and background jobs on stock PostgreSQL.",
        subcommands = {
            UpCommand.class,
            ServeCommand.class,
            InstallCommand.class,
            UninstallCommand.class,
            SqlCommand.class,
            StreamCommand.class,
            JobCommand.class,
            BenchCommand.class
        },
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        scope = ScopeType.INHERIT,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            ExitCode.LIST_0,
            ExitCode.LIST_1,
            ExitCode.LIST_2,
            ExitCode.LIST_3,
            ExitCode.LIST_4,
            ExitCode.LIST_5
        })
public final class Main {

    @Mixin
    private Verbosity verbosity = new Verbosity();

    private Main() {}

    public static void main(String[] args) {
        System.exit(run(args));
    }

    /** What stands after {@code --} may be another program's command line, and none of picocli's business. */
    static int run(String... args) {
        int dashes = runsCommand(args) ? Arrays.asList(args).indexOf("--") : -1;
        List<String> own = Arrays.asList(args).subList(0, dashes < 0 ? args.length : dashes);
        List<String> other = Arrays.asList(args).subList(dashes < 0 ? args.length : dashes + 1, args.length);
        Failures failures = new Failures();
        CommandLine commands = new CommandLine(new Main())
                .addSubcommand(new CommandLine(new QueueCommand()).addSubcommand(new QueueReadCommand(other)))
                .addSubcommand(new WorkCommand(other))
                .addSubcommand(new HelpCommand())
                .registerConverter(Duration.class, new DurationText())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler(failures)
                .setParameterExceptionHandler(failures)
                .setUsageHelpAutoWidth(true);
        if (own.isEmpty()) {
            commands.usage(commands.getOut());
            return ExitCode.OK;
        }
        int exitCode = commands.execute(own.toArray(String[]::new));
        commands.getOut().flush();
        return exitCode;
    }

    private static boolean runsCommand(String... args) {
        List<String> words = Stream.of(args)
                .filter(argument -> !argument.startsWith("-"))
                .limit(2)
                .toList();
        return !words.isEmpty() && (words.get(0).equals("work") || words.equals(List.of("queue", "read")));
    }

    /** From the jar's manifest. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"howdah " + (version == null ? "(unpackaged)" : version)};
        }
    }
}
