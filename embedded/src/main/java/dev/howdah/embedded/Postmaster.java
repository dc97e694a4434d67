package dev.howdah.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The server process that a {@code postmaster.pid} speaks of, proved to be the server of that data folder. */
record Postmaster(ProcessHandle process) {
    private static final Logger LOG = LoggerFactory.getLogger(Postmaster.class);

    private static final int PORT_LINE = 3;
    private static final Duration LONGEST_END = Duration.ofSeconds(10);
    private static final Duration POLL_INTERVAL = Duration.ofMillis(2);

    /** Empty when none runs, also when another process has got the pid of one that is dead. */
    static Optional<Postmaster> of(Home home, String password) throws IOException {
        Path file = file(home);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        List<String> lines = Files.readAllLines(file);
        return lines.stream()
                .findFirst()
                .flatMap(Postmaster::number)
                .flatMap(ProcessHandle::of)
                .filter(process -> !hasEnded(process))
                .filter(process -> wasStartedFor(home.data(), process) || answersFor(home, password, lines))
                .map(Postmaster::new);
    }

    static Path file(Home home) {
        return home.data().resolve("postmaster.pid");
    }

    /** Ends it and its backends at once, as a crash would. */
    void kill() {
        List<ProcessHandle> all =
                Stream.concat(Stream.of(process), process.descendants()).toList();
        all.forEach(ProcessHandle::destroyForcibly);
        all.forEach(Postmaster::awaitEnd);
    }

    /** pg_ctl comes back when the server has removed its files, a moment before the process ends. */
    void awaitEnd() {
        awaitEnd(process);
    }

    private static void awaitEnd(ProcessHandle process) {
        long deadline = System.nanoTime() + LONGEST_END.toNanos();
        while (!hasEnded(process) && System.nanoTime() < deadline) {
            LockSupport.parkNanos(POLL_INTERVAL.toNanos());
        }
    }

    /** A dead process that nobody collects, as in a container without init, still has an id but no command line. */
    private static boolean hasEnded(ProcessHandle process) {
        return !process.isAlive()
                || !Platform.HERE.isWindows() && process.info().commandLine().isEmpty();
    }

    /** Its command line, {@code postgres -D <data> …}, tells; Windows does not show it. */
    private static boolean wasStartedFor(Path data, ProcessHandle process) {
        List<String> arguments = List.of(process.info().arguments().orElseGet(() -> new String[0]));
        int option = arguments.indexOf("-D");
        return option >= 0
                && option + 1 < arguments.size()
                && arguments.get(option + 1).equals(data.toString());
    }

    private static boolean answersFor(Home home, String password, List<String> lines) {
        Optional<Long> port = lines.stream().skip(PORT_LINE).findFirst().flatMap(Postmaster::number);
        if (port.isEmpty()) {
            return false;
        }
        PostgresAddress address =
                new PostgresAddress(Ports.HOST, port.get().intValue(), "postgres", Roles.SUPERUSER, password);
        try (Connection connection = address.dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("show data_directory")) {
            return row.next() && Files.isSameFile(Path.of(row.getString(1)), home.data());
        } catch (SQLException | IOException notOurs) {
            LOG.debug("The process named in {} does not serve it: {}", file(home), notOurs.getMessage());
            return false;
        }
    }

    private static Optional<Long> number(String line) {
        try {
            return Optional.of(Long.valueOf(line.strip()));
        } catch (NumberFormatException halfWritten) {
            return Optional.empty();
        }
    }
}
