package dev.howdah.cli;

import dev.howdah.Howdah;
import dev.howdah.core.HowdahException;
import dev.howdah.stream.Streams;
import java.util.concurrent.Callable;
import javax.sql.DataSource;
import picocli.CommandLine.Mixin;

/** The streams of the database that a command is about; what PostgreSQL refuses is said in the command line's words. */
final class StreamDatabase {

    private static final String APPLICATION = "howdah stream";
    /** A worker, its lease, and one to spare. */
    private static final int CONNECTIONS = 4;
    /** What the engine raises of its own. */
    private static final String RAISED = "P0001";

    @Mixin
    private DatabaseOption database = new DatabaseOption();

    /** What a short command does with the streams. */
    @FunctionalInterface
    interface Use<T> {
        T with(Streams streams) throws Exception;
    }

    /** For a command that is about no stream in particular. */
    <T> T use(Use<T> use) throws Exception {
        DataSource dataSource = database.database().dataSource(APPLICATION);
        try (Howdah howdah = Howdah.over(dataSource)) {
            return explained(() -> use.with(howdah.streams()));
        }
    }

    /** For a command about one stream. */
    <T> T use(String stream, Use<T> use) throws Exception {
        return use(streams -> explained(streams, stream, () -> use.with(streams)));
    }

    /** For a command that goes on; its connections live as long as it does. */
    Streams open(Lifetime lifetime) {
        var url = database.database();
        DataSource pool = lifetime.add(url.pool(APPLICATION, CONNECTIONS));
        return lifetime.add(Howdah.over(pool, url.dataSource(APPLICATION))).streams();
    }

    static <T> T explained(Callable<T> call) throws Exception {
        try {
            return call.call();
        } catch (HowdahException.NotInstalled e) {
            throw new CommandFailure(
                    ExitCode.FAILED, "there are no streams in this database: run howdah install first");
        }
    }

    static <T> T explained(Streams streams, String stream, Callable<T> call) throws Exception {
        try {
            return explained(call);
        } catch (HowdahException e) {
            if (e.sqlState().filter(RAISED::equals).isPresent()) {
                checkExists(streams, stream);
            }
            throw e;
        }
    }

    /** @throws CommandFailure if there is no such stream */
    static void checkExists(Streams streams, String stream) {
        if (streams.list().stream().noneMatch(info -> info.name().equals(stream))) {
            throw new CommandFailure(
                    ExitCode.FAILED, "there is no stream " + stream + ": make it with howdah stream create");
        }
    }
}
