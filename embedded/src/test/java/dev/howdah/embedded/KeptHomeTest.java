package dev.howdah.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeptHomeTest {
    @TempDir
    private Path folder;

    @Test
    void dataPasswordAndSafeSettingsOutliveARestart() throws IOException {
        Path home = folder.resolve("it's a home");
        String password;
        try (EmbeddedPostgres postgres = start(home)) {
            password = postgres.address().password();
            Sql.execute(postgres.address(), "create table kept as select 42 as answer");
        }
        try (EmbeddedPostgres postgres = start(home)) {
            assertThat(Sql.query(postgres.address(), "select answer from kept")).isEqualTo("42");
            assertThat(postgres.address().password()).isEqualTo(password).hasSizeGreaterThan(20);
            assertThat(Sql.query(postgres.address(), "show fsync")).isEqualTo("on");
            assertThat(Sql.query(postgres.address(), "show synchronous_commit")).isEqualTo("on");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(home.resolve("password"))))
                    .isEqualTo("rw-------");
        }
        assertThat(Servers.on(home)).isEmpty();
        assertThat(Files.readString(home.resolve("postgresql.log"))).contains("database system is shut down");
        try (var children = Files.list(home)) {
            assertThat(children.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder("data", "password", "postgresql.log", "lock");
        }
    }

    @Test
    void aSettingHoldsForOneStart() {
        try (EmbeddedPostgres postgres = EmbeddedPostgres.builder()
                .home(folder)
                .setting("work_mem", "7MB")
                .start()) {
            assertThat(Sql.query(postgres.address(), "show work_mem")).isEqualTo("7MB");
        }
        try (EmbeddedPostgres postgres = start(folder)) {
            assertThat(Sql.query(postgres.address(), "show work_mem")).isEqualTo("4MB");
        }
    }

    @Test
    void recoversAfterAKill() {
        EmbeddedPostgres killed = start(folder);
        Sql.execute(killed.address(), "create table kept as select 42 as answer");
        killed.kill();
        assertThat(Servers.on(folder)).isEmpty();

        try (EmbeddedPostgres postgres =
                EmbeddedPostgres.builder().home(folder).port(killed.port()).start()) {
            assertThat(postgres.port()).isEqualTo(killed.port());
            assertThat(Sql.query(postgres.address(), "select answer from kept")).isEqualTo("42");
        }
    }

    @Test
    void isInUseByThisProcess() {
        try (EmbeddedPostgres postgres = start(folder)) {
            for (int attempt = 1; attempt <= 2; attempt++) {
                assertThatThrownBy(() -> start(folder))
                        .isInstanceOf(EmbeddedPostgresException.class)
                        .hasMessage(folder + " is in use by this process, "
                                + ProcessHandle.current().pid());
            }
            assertThat(Sql.query(postgres.address(), "select 1")).isEqualTo("1");
        }
    }

    @Test
    void aTakenPortIsToldWithAFreeOne() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            int port = socket.getLocalPort();
            PortTakenException taken = catchThrowableOfType(
                    PortTakenException.class,
                    () -> EmbeddedPostgres.builder().home(folder).port(port).start());

            assertThat(taken.port()).isEqualTo(port);
            assertThat(taken).hasMessage("port " + port + " is taken; " + taken.freePort() + " is free");
            try (EmbeddedPostgres postgres = EmbeddedPostgres.builder()
                    .home(folder)
                    .port(taken.freePort())
                    .start()) {
                assertThat(postgres.port()).isEqualTo(taken.freePort());
            }
        }
    }

    @Test
    void refusesTheDataOfAnotherMajorVersion() throws IOException {
        Files.createDirectory(folder.resolve("data"));
        Files.writeString(folder.resolve("data/PG_VERSION"), "17\n");
        Files.writeString(folder.resolve("password"), "x\n");

        assertThatThrownBy(() -> start(folder))
                .isInstanceOf(EmbeddedPostgresException.class)
                .message()
                .matches(folder + "/data was made by PostgreSQL 17 and this is PostgreSQL 18\\.\\d+");
    }

    @Test
    void saysWhyTheServerDoesNotStart() {
        try (EmbeddedPostgres postgres = start(folder)) {
            assertThat(postgres.port()).isPositive();
        }
        assertThatThrownBy(() -> EmbeddedPostgres.builder()
                        .home(folder)
                        .setting("fsync", "perhaps")
                        .start())
                .isInstanceOf(EmbeddedPostgresException.class)
                .hasMessage("PostgreSQL did not start: parameter \"fsync\" requires a Boolean value (" + folder
                        + "/postgresql.log may tell more)");
        assertThatThrownBy(() -> EmbeddedPostgres.builder()
                        .home(folder)
                        .setting("shared_buffers", "900TB")
                        .start())
                .isInstanceOf(EmbeddedPostgresException.class)
                .hasMessageStartingWith("PostgreSQL did not start: ");
        start(folder).close();
    }

    @Test
    void saysThatAFolderCannotBeWritten() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");

        assertThatThrownBy(() -> start(file))
                .hasMessage("cannot create the folder " + file + ": " + file + " is not a folder");
        assertThatThrownBy(() -> start(Path.of("/proc/howdah")))
                .isInstanceOf(EmbeddedPostgresException.class)
                .hasMessageStartingWith("cannot create the folder /proc/howdah: ");
        assertThatThrownBy(() -> start(Path.of("/proc/self")))
                .isInstanceOf(EmbeddedPostgresException.class)
                .hasMessageStartingWith("cannot write to /proc/");
    }

    @Test
    void saysThatThePasswordIsMissing() throws IOException {
        start(folder).close();
        Files.delete(folder.resolve("password"));

        assertThatThrownBy(() -> start(folder))
                .hasMessage(folder + "/password is missing, and nothing else opens " + folder + "/data");
    }

    @Test
    void theServerHasASessionOfItsOwnSoThatCtrlCDoesNotReachIt() throws IOException {
        try (EmbeddedPostgres postgres = start(folder)) {
            String pid = "" + Servers.pid(folder);
            Command.Result session = Command.run(List.of("ps", "-o", "sid=", "-p", pid), folder);

            assertThat(session.output().strip()).isEqualTo(pid);
            assertThat(postgres.port()).isPositive();
        }
    }

    private static EmbeddedPostgres start(Path home) {
        return EmbeddedPostgres.builder().home(home).start();
    }
}
