package dev.howdah.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** SIGKILL as soon as a certain file is there. */
class KilledFirstStartTest {
    @TempDir
    private Path home;

    @ParameterizedTest
    @ValueSource(strings = {"password", "data.new-", "data", "howdah.conf", "postmaster.pid"})
    void aFirstStartKilledAnywhereIsMadeGoodByTheNext(String milestone) throws Exception {
        try (ChildJvm killed = ChildJvm.on(home)) {
            await().pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(1))
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> hasReached(milestone));
            killed.kill();
        }
        try (EmbeddedPostgres postgres = start()) {
            assertThat(Sql.query(postgres.address(), "select current_user")).isEqualTo("howdah");
        }
        // an initdb that lost its parent still runs to its end
        Servers.awaitNoneOn(home);
        start().close();
        try (var children = Files.list(home)) {
            assertThat(children.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder("data", "password", "postgresql.log", "lock");
        }
    }

    private EmbeddedPostgres start() {
        return EmbeddedPostgres.builder().home(home).start();
    }

    private boolean hasReached(String milestone) throws IOException {
        if (Files.exists(home.resolve("data").resolve(milestone))) {
            return true;
        }
        try (var children = Files.list(home)) {
            return children.anyMatch(path -> milestone.endsWith("-")
                    ? path.getFileName().toString().startsWith(milestone)
                    : path.getFileName().toString().equals(milestone));
        }
    }
}
