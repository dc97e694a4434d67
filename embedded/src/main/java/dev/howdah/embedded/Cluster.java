package dev.howdah.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The data folder of a home and the server on it. Its caller holds the home's lock. */
final class Cluster {
    private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);

    /** Read before postgresql.auto.conf, so that {@code alter system} has the last word on all but the address. */
    private static final String SETTINGS_FILE = "howdah.conf";

    /** Recovery after a crash may have much to read. */
    private static final int SECONDS_TO_START = 300;

    private static final int SECONDS_TO_STOP = 60;
    private static final int ATTEMPTS = 5;

    private final Home home;
    private final Path programs;
    private final Unprivileged user;
    private final String password;

    Cluster(Home home, Path binaries, Unprivileged user) throws IOException {
        this.home = home;
        this.programs = binaries.resolve("bin");
        this.user = user;
        this.password = home.password();
        letUserIn(binaries);
    }

    String password() {
        return password;
    }

    /** Makes the data folder, once; it gets its name when it is complete, so a kill on the way leaves no half of it. */
    void create(boolean durably) throws IOException {
        Folders.deleteUnfinished(home.data());
        if (Files.exists(home.data())) {
            checkMajorVersion();
            return;
        }
        Path unfinished = Folders.createUnfinished(home.data());
        user.own(unfinished);
        List<String> options = new ArrayList<>(List.of(
                "--pgdata=" + unfinished,
                "--username=" + Roles.SUPERUSER,
                "--pwfile=" + home.passwordFile(),
                "--auth=scram-sha-256",
                "--locale=C",
                "--encoding=UTF8"));
        if (!durably) {
            options.add("--no-sync");
        }
        Command.Result result = run("initdb", options);
        if (!result.succeeded()) {
            throw new EmbeddedPostgresException(
                    "cannot create the data folder " + home.data() + ": " + result.lastLine());
        }
        Files.writeString(
                unfinished.resolve("postgresql.conf"),
                "\ninclude_if_exists '" + SETTINGS_FILE + "'\n",
                StandardOpenOption.APPEND);
        Files.move(unfinished, home.data(), StandardCopyOption.ATOMIC_MOVE);
        Folders.sync(home.folder());
    }

    /**
     * Starts the server, after stopping one that a killed process left running.
     *
     * @param wantedPort 0 for any
     * @return the port it listens on
     */
    int start(int wantedPort, Map<String, String> settings) throws IOException {
        Files.writeString(home.data().resolve(SETTINGS_FILE), Settings.file(settings));
        user.own(home.data().resolve(SETTINGS_FILE));
        for (int attempt = 1; ; attempt++) {
            stop();
            // of one that is dead: the server would take any process that has got its pid for it
            Files.deleteIfExists(Postmaster.file(home));
            int port = wantedPort == 0 ? Ports.anyFree() : wantedPort;
            if (!Ports.isFree(port)) {
                throw Ports.taken(port);
            }
            Optional<StartFailure> failure = tryStart(port);
            if (failure.isEmpty()) {
                return port;
            }
            LOG.debug("Attempt {} to start PostgreSQL failed: {}", attempt, failure.get());
            if (attempt == ATTEMPTS || !failure.get().isWorthAnotherAttempt()) {
                throw failure.get().portTaken() && wantedPort != 0 ? Ports.taken(port) : failed(failure.get());
            }
        }
    }

    /**
     * @param portTaken by another process since it was found free
     * @param leftoverInTheWay a server, or backends of one, that a killed process had started appeared meanwhile
     */
    private record StartFailure(String reason, boolean portTaken, boolean leftoverInTheWay) {
        boolean isWorthAnotherAttempt() {
            return portTaken || leftoverInTheWay;
        }
    }

    private Optional<StartFailure> tryStart(int port) throws IOException {
        if (!Files.exists(home.log())) {
            Files.createFile(home.log());
        }
        user.own(home.log());
        ServerLog log = new ServerLog(home.log());
        String address = "-p " + port + " -c listen_addresses=" + Ports.HOST + " -c unix_socket_directories=";
        // pg_ctl gives the server a session of its own: a Ctrl-C in the terminal does not reach it
        Command.Result result = pgCtl(
                "start", "-w", "-t", "" + SECONDS_TO_START, "-l", home.log().toString(), "-o", address);
        return result.succeeded()
                ? Optional.empty()
                : Optional.of(new StartFailure(
                        log.reason().orElseGet(result::lastLine),
                        log.contains("could not bind"),
                        log.contains("postmaster.pid\" already exists")
                                || log.contains("pre-existing shared memory block")));
    }

    private EmbeddedPostgresException failed(StartFailure failure) {
        return new EmbeddedPostgresException(
                "PostgreSQL did not start: " + failure.reason() + " (" + home.log() + " may tell more)");
    }

    /** Stops the server if one runs: fast, and by force if that takes too long. Returns when it is gone. */
    void stop() throws IOException {
        for (String mode : List.of("fast", "immediate")) {
            Optional<Postmaster> running = Postmaster.of(home, password);
            if (running.isEmpty()) {
                return;
            }
            user.own(home.data());
            Command.Result result = pgCtl("stop", "-w", "-t", "" + SECONDS_TO_STOP, "-m", mode);
            LOG.debug("pg_ctl stop -m {}: {}", mode, result.lastLine());
            if (result.succeeded()) {
                running.get().awaitEnd();
            }
        }
        kill();
    }

    void kill() throws IOException {
        Postmaster.of(home, password).ifPresent(Postmaster::kill);
    }

    private void checkMajorVersion() throws IOException {
        String ofData = Files.readString(home.data().resolve("PG_VERSION")).strip();
        // "postgres (PostgreSQL) 18.6"
        String version = run("postgres", List.of("--version")).lastLine().replaceFirst(".*\\s", "");
        if (!version.startsWith(ofData + ".")) {
            throw new EmbeddedPostgresException(
                    home.data() + " was made by PostgreSQL " + ofData + " and this is PostgreSQL " + version);
        }
    }

    private void letUserIn(Path binaries) throws IOException {
        if (!user.reaches(home.folder())) {
            Folders.letPass(home.folder());
        }
        for (Path path : List.of(home.folder(), binaries)) {
            if (!user.reaches(path)) {
                throw user.cannotReach(path);
            }
        }
        user.own(home.passwordFile());
        if (Files.exists(home.data())) {
            user.own(home.data());
        }
    }

    private Command.Result pgCtl(String... options) throws IOException {
        List<String> all = new ArrayList<>(List.of(options));
        all.add("-D");
        all.add(home.data().toString());
        return run("pg_ctl", all);
    }

    private Command.Result run(String program, List<String> options) throws IOException {
        List<String> command = new ArrayList<>(user.prefix());
        command.add(programs.resolve(program).toString());
        command.addAll(options);
        return Command.run(command, home.folder());
    }
}
