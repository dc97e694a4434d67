package dev.howdah.core;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ThreadsTest {

    private static final int VIRTUAL_SINCE = 21;
    private static final Path INSTALLED = Path.of("/usr/lib/jvm");

    @Test
    void runsEachTaskOnAThreadOfItsOwn() throws Exception {
        assertThat(PerTaskProcess.report())
                .isEqualTo(
                        Runtime.version().feature() >= VIRTUAL_SINCE
                                ? PerTaskProcess.VIRTUAL
                                : PerTaskProcess.PLATFORM);
    }

    @Test
    void theThreadsAreVirtualWhereTheJvmHasThem() throws Exception {
        Path java = newestJava();
        assumeThat(java)
                .as("no JDK %d or later: give one with -Dhowdah.test.jdk=<home>", VIRTUAL_SINCE)
                .isNotNull();
        Process process = new ProcessBuilder(
                        java.toString(), "-cp", ChildJvm.classPath(), PerTaskProcess.class.getName())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(output).isEqualToIgnoringNewLines(PerTaskProcess.VIRTUAL);
    }

    @Test
    void loopsAreDaemons() throws InterruptedException {
        Thread loop = Threads.start("a loop", () -> {});
        assertThat(loop.isDaemon()).isTrue();
        assertThat(loop.getName()).isEqualTo("a loop");
        loop.join();
    }

    private static @Nullable Path newestJava() throws IOException {
        String given = System.getProperty("howdah.test.jdk");
        if (given != null) {
            return Path.of(given, "bin", "java");
        }
        if (!Files.isDirectory(INSTALLED)) {
            return null;
        }
        try (Stream<Path> homes = Files.list(INSTALLED)) {
            return homes.filter(home -> version(home) >= VIRTUAL_SINCE)
                    .map(home -> home.resolve("bin").resolve("java"))
                    .findFirst()
                    .orElse(null);
        }
    }

    private static int version(Path home) {
        try (Stream<String> lines = Files.lines(home.resolve("release"))) {
            return lines.filter(line -> line.startsWith("JAVA_VERSION="))
                    .map(line -> List.of(line.split("[=\".]+")).get(1))
                    .mapToInt(Integer::parseInt)
                    .findFirst()
                    .orElse(0);
        } catch (IOException | NumberFormatException notAJdk) {
            return 0;
        }
    }
}
