package dev.howdah.embedded;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The processes of the system that work on a home. */
final class Servers {
    private Servers() {}

    static List<ProcessHandle> on(Path home) {
        return ProcessHandle.allProcesses()
                .filter(process -> List.of(process.info().arguments().orElseGet(() -> new String[0])).stream()
                        .anyMatch(argument -> argument.contains(home.toString())))
                .filter(process -> process.info().command().orElse("").contains("/bin/"))
                .filter(process -> !process.info().command().orElse("").endsWith("java"))
                .toList();
    }

    static void awaitNoneOn(Path home) {
        await().pollInterval(Duration.ofMillis(20))
                .atMost(Duration.ofSeconds(60))
                .until(() -> on(home).isEmpty());
    }

    static long pid(Path home) throws IOException {
        return Long.parseLong(
                Files.readAllLines(home.resolve("data/postmaster.pid")).get(0));
    }

    /** Dead ones that nobody has collected yet show no command line. */
    static boolean isAlive(long pid) {
        return ProcessHandle.of(pid)
                .flatMap(process -> process.info().commandLine())
                .isPresent();
    }
}
