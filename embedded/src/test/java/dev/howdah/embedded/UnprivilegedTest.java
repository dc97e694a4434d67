package dev.howdah.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.howdah.embedded.Unprivileged.AsOtherUser;
import dev.howdah.embedded.Unprivileged.InUserNamespace;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What root does to run PostgreSQL, and what an ordinary user does: both can only be tried by root. */
class UnprivilegedTest {
    private final String cacheOfTheBuild = System.getProperty("howdah.cache", "");

    @TempDir
    private Path folder;

    @BeforeEach
    void rootUsesACacheThatAllCanReach() throws IOException {
        assumeTrue(Platform.HERE.isLinux() && Ownership.isRoot());
        Folders.permit(folder, "rwxr-xr-x");
        Path unpacked = PostgresBinaries.bundled().unpackedFor(new Unprivileged.Directly());
        Files.createDirectory(cache());
        Command.run(List.of("cp", "-a", unpacked.toString(), cache().toString()), folder);
        System.setProperty("howdah.cache", cache().toString());
    }

    private Path cache() {
        return folder.resolve("cache");
    }

    @AfterEach
    void restoreCache() {
        System.setProperty("howdah.cache", cacheOfTheBuild);
    }

    @Test
    void anOtherUserAndAUserNamespaceTakeTurnsOnAHome() throws IOException {
        assumeTrue(Command.succeeds("unshare", "-U", "true"));
        Path home = folder.resolve("home");
        AsOtherUser nobody = AsOtherUser.nobody();

        for (Unprivileged user : List.of(nobody, new InUserNamespace(), nobody)) {
            int owner = user instanceof AsOtherUser other ? other.uid() : 0;
            try (EmbeddedPostgres postgres =
                    EmbeddedPostgres.builder().home(home).user(user).start()) {
                assertThat(Ownership.of(Path.of("/proc/" + Servers.pid(home)))).isEqualTo(owner);
                assertThat(Ownership.of(home.resolve("data/base"))).isEqualTo(owner);
                Sql.execute(postgres.address(), "create table if not exists kept ()");
            }
        }
        EmbeddedPostgres crashed =
                EmbeddedPostgres.builder().home(home).user(nobody).start();
        crashed.kill();
        assertThat(Servers.on(home)).isEmpty();
    }

    @Test
    void aTemporaryHomeOfAnotherUser() {
        Path home;
        try (EmbeddedPostgres postgres =
                EmbeddedPostgres.builder().user(AsOtherUser.nobody()).start()) {
            home = Path.of(Sql.query(postgres.superuser(), "show data_directory"))
                    .getParent();
        }
        assertThat(Files.exists(home)).isFalse();
        assertThat(Servers.on(home)).isEmpty();
    }

    @Test
    void aHomeOrCacheThatTheOtherUserCannotReachIsNamed() throws IOException {
        Path closed = Files.createDirectory(folder.resolve("closed"));
        Folders.permit(closed, "rwx------");
        System.setProperty("howdah.cache", closed.resolve("cache").toString());
        EmbeddedPostgres.Builder builder =
                EmbeddedPostgres.builder().home(closed.resolve("home")).user(AsOtherUser.nobody());

        assertThatThrownBy(builder::start)
                .isInstanceOf(EmbeddedPostgresException.class)
                .hasMessage("PostgreSQL, which does not run as root, cannot reach " + closed.resolve("cache")
                        + ": please choose a folder that other users can pass through to");
        System.setProperty("howdah.cache", cache().toString());
        assertThatThrownBy(builder::start)
                .isInstanceOf(EmbeddedPostgresException.class)
                .hasMessageContaining("cannot reach " + closed.resolve("home"));
    }

    @Test
    void anOrdinaryUserNeedsNoneOfThis() throws Exception {
        AsOtherUser nobody = AsOtherUser.nobody();
        String classPath = copyClassPath(folder.resolve("classes"));
        Path cache = cache();
        nobody.own(cache);
        Path temporary;
        try (ChildJvm child = ChildJvm.as(nobody, classPath, cache, ChildJvm.TEMPORARY)) {
            String line = child.line();
            assertThat(line).endsWith("/data");
            temporary = Path.of(line).getParent();
            assertThat(Ownership.of(Path.of("/proc/" + Servers.pid(temporary)))).isEqualTo(nobody.uid());
            assertThat(Ownership.of(temporary)).isEqualTo(nobody.uid());
            child.tell("close");
            assertThat(child.awaitEnd()).isZero();
        }
        assertThat(Files.exists(temporary)).isFalse();

        Path closed = Files.createDirectory(folder.resolve("closed"));
        try (ChildJvm child = ChildJvm.as(nobody, classPath, cache, closed.toString())) {
            assertThat(child.line()).isEqualTo("cannot write to " + closed + ": no permission for " + closed + "/lock");
        }
        try (ChildJvm child = ChildJvm.as(nobody, classPath, closed, ChildJvm.TEMPORARY)) {
            assertThat(child.line())
                    .isEqualTo("cannot write to the cache " + closed + "; -Dhowdah.cache=<folder> chooses another");
        }
    }

    /** The repository of Maven may be closed to other users. */
    private static String copyClassPath(Path target) throws IOException {
        Files.createDirectory(target);
        try (Stream<String> entries = Stream.of(ChildJvm.classPath().split(File.pathSeparator))) {
            return entries.map(Path::of)
                    .filter(Files::exists)
                    .map(entry -> copy(entry, target))
                    .map(Path::toString)
                    .collect(Collectors.joining(File.pathSeparator));
        }
    }

    private static Path copy(Path entry, Path target) {
        Path copy = target.resolve(entry.getFileName());
        try (Stream<Path> paths = Files.walk(entry)) {
            for (Path path : paths.toList()) {
                Path to = copy.resolve(entry.relativize(path).toString());
                Files.copy(path, path.equals(entry) ? copy : to);
                Folders.permit(path.equals(entry) ? copy : to, "rwxr-xr-x");
            }
            return copy;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
