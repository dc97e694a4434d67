package dev.howdah.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.howdah.embedded.Unprivileged.AsOtherUser;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Another process that starts PostgreSQL, waits for a line of input and then ends in the way it says. */
final class ChildJvm implements AutoCloseable {
    static final String TEMPORARY = "temporary";

    private static final String TMPDIR = System.getProperty("java.io.tmpdir");

    private final Process process;
    private final BufferedReader output;

    private ChildJvm(Process process) {
        this.process = process;
        this.output = process.inputReader(UTF_8);
    }

    static ChildJvm on(Path home) throws IOException {
        return start(List.of(), classPath(), System.getProperty("howdah.cache"), TMPDIR, home.toString());
    }

    /** @param folder where temporary homes go; one of its own keeps other processes from tidying up in it */
    static ChildJvm onTemporaryHomeIn(Path folder) throws IOException {
        return start(List.of(), classPath(), System.getProperty("howdah.cache"), folder.toString(), TEMPORARY);
    }

    static ChildJvm as(AsOtherUser user, String classPath, Path cache, String home) throws IOException {
        return start(user.prefix(), classPath, cache.toString(), TMPDIR, home);
    }

    private static ChildJvm start(List<String> prefix, String classPath, String cache, String tmpdir, String home)
            throws IOException {
        List<String> command = new ArrayList<>(prefix);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
        command.addAll(List.of("-Dhowdah.cache=" + cache, "-Djava.io.tmpdir=" + tmpdir));
        command.addAll(List.of("-cp", classPath, ChildJvm.class.getName(), home));
        return new ChildJvm(new ProcessBuilder(command)
                .redirectErrorStream(true)
                .directory(Path.of("/").toFile())
                .start());
    }

    static String classPath() {
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    }

    long pid() {
        return process.pid();
    }

    /** The next line it prints; after the start that is the data folder, or why there is none. */
    String line() throws IOException {
        String line = output.readLine();
        return line == null ? "" : line;
    }

    void tell(String line) throws IOException {
        process.getOutputStream().write((line + "\n").getBytes(UTF_8));
        process.getOutputStream().flush();
    }

    int awaitEnd() throws InterruptedException {
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            throw new IllegalStateException("the child process does not end");
        }
        return process.exitValue();
    }

    void kill() throws InterruptedException {
        process.destroyForcibly();
        awaitEnd();
    }

    @Override
    public void close() throws InterruptedException {
        kill();
    }

    public static void main(String[] args) throws IOException {
        PrintStream out = System.out;
        EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder();
        if (!args[0].equals(TEMPORARY)) {
            builder.home(Path.of(args[0]));
        }
        EmbeddedPostgres postgres;
        try {
            postgres = builder.start();
        } catch (EmbeddedPostgresException e) {
            out.println(e.getMessage());
            System.exit(1);
            return;
        }
        out.println(Sql.query(postgres.superuser(), "show data_directory"));
        String how = new BufferedReader(new InputStreamReader(System.in, UTF_8)).readLine();
        switch (how) {
            case "close" -> postgres.close();
            case "exit" -> System.exit(3);
            default -> throw new IllegalStateException(how);
        }
    }
}
