package dev.howdah.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.Howdah;
import dev.howdah.testkit.TestDatabase;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** {@code howdah WING COMMAND …} on a database for each test, with no server on it. */
abstract class WingCommandBase {

    @AutoClose
    final TestDatabase database = TestDatabase.installed();

    @AutoClose
    final Howdah howdah = Howdah.over(database.dataSource());

    private final String wing;

    WingCommandBase(String wing) {
        this.wing = wing;
    }

    final HowdahRun run(String... args) {
        return HowdahRun.of(command(args));
    }

    /** What it printed; it must have worked. */
    final String done(String... args) {
        HowdahRun run = run(args);
        assertThat(run.err().lines().filter(line -> line.startsWith("howdah: ")))
                .isEmpty();
        assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
        return run.out();
    }

    /** The same, in a process of its own with this file on its stdin. */
    final String fed(Path stdin, String... args) {
        HowdahProcess process = HowdahProcess.fed(stdin, command(args));
        assertThat(process.awaitEnd()).as(process.err()).isEqualTo(ExitCode.OK);
        return process.out();
    }

    final void assertRefused(int exitCode, String message, String... args) {
        HowdahRun refused = run(args);
        assertThat(refused.err()).isEqualTo("howdah: " + message);
        assertThat(refused.out()).isEmpty();
        assertThat(refused.exitCode()).isEqualTo(exitCode);
    }

    /** The whole command line, the database's address in it. */
    final String[] command(String... args) {
        return Stream.concat(
                        Stream.of(wing, args[0], "--db", database.address().url()),
                        Stream.of(args).skip(1))
                .toArray(String[]::new);
    }

    static JsonNode json(String text) {
        return new ObjectMapper().readTree(text);
    }
}
