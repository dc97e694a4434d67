package dev.howdah.cli;

import dev.howdah.Howdah;
import dev.howdah.core.HowdahException;
import dev.howdah.queue.Queues;
import java.util.concurrent.Callable;
import javax.sql.DataSource;
import picocli.CommandLine.Mixin;

/** The queues of the database that a command is about; what PostgreSQL refuses is said in the command line's words. */
final class QueueDatabase {

    private static final String APPLICATION = "howdah queue";
    /** Beside those that read: what a worker sleeps on, and one to spare. */
    private static final int MORE_CONNECTIONS = 2;
    /** What the engine raises where there is no such queue, exchange or role. */
    private static final String UNDEFINED = "42704";

    private static final String NO_JSON = "22P02";
    private static final String NO_XML = "2200N";

    @Mixin
    private DatabaseOption database = new DatabaseOption();

    /** What a short command does with the queues. */
    @FunctionalInterface
    interface Use<T> {
        T with(Queues queues) throws Exception;
    }

    <T> T use(Use<T> use) throws Exception {
        DataSource dataSource = database.database().dataSource(APPLICATION);
        try (Howdah howdah = Howdah.over(dataSource)) {
            return explained(() -> use.with(howdah.queues()));
        }
    }

    /** For a command that goes on; its connections live as long as it does. */
    Queues open(Lifetime lifetime, int readers) {
        var url = database.database();
        DataSource pool = lifetime.add(url.pool(APPLICATION, readers + MORE_CONNECTIONS));
        return lifetime.add(Howdah.over(pool, url.dataSource(APPLICATION))).queues();
    }

    static <T> T explained(Callable<T> call) throws Exception {
        try {
            return call.call();
        } catch (HowdahException.NotInstalled e) {
            throw new CommandFailure(ExitCode.FAILED, "there are no queues in this database: run howdah install first");
        } catch (HowdahException e) {
            throw explained(e);
        }
    }

    private static RuntimeException explained(HowdahException e) {
        String message = String.valueOf(e.getMessage());
        return switch (e.sqlState().orElse("")) {
            case UNDEFINED ->
                message.matches("queue \".*\" does not exist")
                        ? new CommandFailure(ExitCode.FAILED, message + ": make it with howdah queue create")
                        : new CommandFailure(ExitCode.FAILED, message);
            case NO_JSON ->
                new CommandFailure(
                        ExitCode.FAILED,
                        "a payload is JSON, a text in double quotes; with --xml it is XML: " + message);
            case NO_XML -> new CommandFailure(ExitCode.FAILED, "with --xml a payload is XML: " + message);
            default -> e;
        };
    }
}
