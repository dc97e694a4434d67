package dev.howdah.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real processes, killed with SIGKILL. */
class KilledProcessTest {
    @TempDir
    private Path home;

    @Test
    void aHomeInUseNamesTheProcess() throws Exception {
        try (ChildJvm first = ChildJvm.on(home)) {
            assertThat(first.line()).isEqualTo(home.resolve("data").toString());
            try (ChildJvm second = ChildJvm.on(home)) {
                assertThat(second.line()).isEqualTo(home + " is in use by process " + first.pid());
                assertThat(second.awaitEnd()).isEqualTo(1);
            }
            first.tell("close");
            assertThat(first.awaitEnd()).isZero();
        }
        assertThat(Servers.on(home)).isEmpty();
    }

    @Test
    void theServerOfAKilledProcessIsStoppedAndStartedAnew() throws Exception {
        try (ChildJvm killed = ChildJvm.on(home)) {
            killed.line();
            killed.kill();
        }
        long leftover = Servers.pid(home);
        assertThat(Servers.isAlive(leftover)).isTrue();

        try (EmbeddedPostgres postgres = start()) {
            assertThat(Servers.isAlive(leftover)).isFalse();
            assertThat(Servers.pid(home)).isNotEqualTo(leftover);
            assertThat(Sql.query(postgres.address(), "select 1")).isEqualTo("1");
        }
        assertThat(Files.readString(home.resolve("postgresql.log")))
                .contains("received fast shutdown request")
                .doesNotContain("automatic recovery");
    }

    @Test
    void theIdOfADeadServerMayBelongToAnotherProcess() throws Exception {
        Process other = new ProcessBuilder("sleep", "600").start();
        try {
            start().kill();
            Path file = home.resolve("data/postmaster.pid");
            List<String> lines = new ArrayList<>(Files.readAllLines(file));
            lines.set(0, "" + other.pid());
            Files.write(file, lines);

            start().close();

            assertThat(other.isAlive()).isTrue();
        } finally {
            other.destroyForcibly().waitFor();
        }
    }

    @Test
    void aBrokenFileOfADeadServerIsNoObstacle() throws IOException {
        start().kill();
        for (String content : List.of("", "half", "999999999\n")) {
            Files.writeString(home.resolve("data/postmaster.pid"), content);
            start().close();
        }
    }

    @Test
    void rolesThatAKillPreventedAreCreatedByTheNextStart() {
        try (EmbeddedPostgres postgres = start()) {
            Sql.execute(postgres.superuser(), "drop database howdah");
            Sql.execute(postgres.superuser(), "drop role howdah");
        }
        try (EmbeddedPostgres postgres = start()) {
            assertThat(Sql.query(postgres.address(), "select current_database()"))
                    .isEqualTo("howdah");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"exit", "throw"})
    void aTemporaryHomeEndsWithItsProcess(String how) throws Exception {
        Path temporary;
        try (ChildJvm child = ChildJvm.onTemporaryHomeIn(home)) {
            temporary = Path.of(child.line()).getParent();
            child.tell(how);
            assertThat(child.awaitEnd()).isEqualTo(how.equals("exit") ? 3 : 1);
        }
        assertThat(Servers.on(temporary)).isEmpty();
        assertThat(Files.exists(temporary)).isFalse();
    }

    @Test
    void theTemporaryHomeOfAKilledProcessIsRemovedByTheNext() throws Exception {
        Path temporary;
        try (ChildJvm child = ChildJvm.onTemporaryHomeIn(home);
                ChildJvm alive = ChildJvm.onTemporaryHomeIn(home)) {
            temporary = Path.of(child.line()).getParent();
            Path notAbandoned = Path.of(alive.line()).getParent();
            child.kill();
            assertThat(Servers.on(temporary)).hasSize(1);

            try (ChildJvm next = ChildJvm.onTemporaryHomeIn(home)) {
                assertThat(next.line()).endsWith("/data");
                next.tell("close");
                next.awaitEnd();
            }

            assertThat(Servers.on(notAbandoned)).hasSize(1);
            alive.tell("close");
            alive.awaitEnd();
        }
        assertThat(Servers.on(temporary)).isEmpty();
        assertThat(Files.exists(temporary)).isFalse();
    }

    private EmbeddedPostgres start() {
        return EmbeddedPostgres.builder().home(home).start();
    }
}
