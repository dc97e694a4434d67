package dev.howdah.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.howdah.embedded.PostgresAddress;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** PgQ's own programs as Debian packs them, unmodified, in a folder of their own. */
record DebianPgq(Path folder, PostgresAddress database) {

    /** Skips the test where the programs are absent. {@code modules}: the Python modules that it needs. */
    static void assumePresent(String... modules) {
        for (String module : modules) {
            assumeTrue(
                    succeeds("/usr/bin/python3", "-c", "import " + module),
                    "skipped: no Python module " + module
                            + " here (apt-get install pgqd python3-pgq python3-londiste)");
        }
        assumeTrue(succeeds("pgqd", "-V"), "skipped: no pgqd here (apt-get install pgqd)");
    }

    /** The ticker daemon, for these databases of the server, looking often. */
    Running startTicker(PostgresAddress... databases) {
        String names = Stream.of(databases).map(PostgresAddress::database).collect(Collectors.joining(", "));
        return start("pgqd", "pgqd", write("pgqd.ini", """
                [pgqd]
                base_connstr = host=%s port=%d user=%s
                initial_database = %4$s
                database_list = %5$s
                logfile = %6$s/pgqd.log
                pidfile = %6$s/pgqd.pid
                check_period = 1
                retry_period = 0.2
                maint_period = 0.2
                ticker_period = 0.05
                """.formatted(
                        database.host(), database.port(), database.user(), database.database(), names, folder)));
    }

    /** The settings for consumer.py, to register, consume and unregister with. */
    String consumerSettings(String queue) {
        return write("consumer-" + queue + ".ini", """
                [printer]
                job_name = printer_of_%1$s
                source = %2$s
                queue_name = %1$s
                loop_delay = 0.1
                pgq_lazy_fetch = 5
                pidfile = %3$s/%1$s.pid
                """.formatted(queue, connectString(), folder));
    }

    String connectString() {
        return connectString(database);
    }

    /** Without the password, which the programs have from their environment. */
    static String connectString(PostgresAddress database) {
        return "host=" + database.host() + " port=" + database.port() + " user=" + database.user() + " dbname="
                + database.database();
    }

    /** A script of the tests' resources, started. */
    Running startScript(String name, String script, String... arguments) {
        return start(name, concat(new String[] {"/usr/bin/python3", script(script)}, arguments));
    }

    /** The same, run to its good end. */
    void runScript(String script, String... arguments) {
        run(concat(new String[] {"/usr/bin/python3", script(script)}, arguments));
    }

    /** A command, run to its good end: its output. */
    List<String> run(String... command) {
        try (Running running = start("command", command)) {
            if (!running.process.waitFor(60, TimeUnit.SECONDS) || running.process.exitValue() != 0) {
                throw new AssertionError(
                        String.join(" ", command) + " failed:\n" + String.join("\n", running.output()));
            }
            return running.output();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** A command that goes on until it is closed, or for five minutes if this JVM is killed. */
    Running start(String name, String... command) {
        try {
            Path output = Files.createTempFile(folder, name, ".out");
            ProcessBuilder builder = new ProcessBuilder(concat(new String[] {"timeout", "300"}, command))
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile());
            builder.environment().put("PGPASSWORD", database.password());
            return new Running(builder.start(), output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String write(String name, String text) {
        try {
            return Files.writeString(folder.resolve(name), text).toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String script(String name) {
        try (InputStream script = DebianPgq.class.getResourceAsStream("/pgq/" + name)) {
            assertThat(script).as(name).isNotNull();
            return write(name, new String(script.readAllBytes(), UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean succeeds(String... command) {
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException noSuchProgram) {
            return false;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static String[] concat(String[] first, String... then) {
        return Stream.concat(Stream.of(first), Stream.of(then)).toArray(String[]::new);
    }

    /** A program that runs, and what it has printed so far. */
    record Running(Process process, Path printed) implements AutoCloseable {

        List<String> output() {
            try {
                return Files.readAllLines(printed);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** The events that consumer.py has printed, as "type data retries". */
        List<String> events() {
            List<String> events = new ArrayList<>();
            for (String line : output()) {
                if (line.startsWith("event ")) {
                    events.add(line.substring(line.indexOf(' ', 6) + 1));
                }
            }
            return events;
        }

        @Override
        public void close() {
            process.destroy();
            try {
                if (!process.waitFor(10, TimeUnit.SECONDS)) {
                    process.destroyForcibly().waitFor();
                }
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }
}
