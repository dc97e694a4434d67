package dev.howdah.install;

import static dev.howdah.install.InstallerTest.install;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.howdah.embedded.EmbeddedPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Databases that can't take Howdah yet, and what a DBA has to do so that they can. */
class RefusalTest {

    @AutoClose
    static final TestServer server = TestServer.of(18);

    private static int databases;

    private final TestBase owner = server.database("test_" + ++databases);
    private final TestBase guest = server.as("guest " + databases, owner);
    private final String me = "\"guest " + databases + "\"";

    @Test
    void saysWhatADbaHasToRunAndThatIsEnough() {
        TestWing wing = TestWing.trunk().withRole("Only'Once " + databases);
        String role = "\"Only'Once " + databases + "\"";
        server.superuser(owner).run("revoke create on schema public from public");
        List<String> before = SchemaDump.of(owner);

        InstallException refusal =
                catchThrowableOfType(InstallException.class, () -> install(guest, wing.withRole("never_" + databases)));

        assertThat(refusal)
                .hasMessage(
                        "role %s may not install here; a DBA has to run this in database test_%d first", me, databases);
        assertThat(refusal.statements())
                .contains(
                        "create schema howdah authorization " + me + ";",
                        "grant create on schema public to " + me + ";",
                        "create role " + role + " nologin;",
                        "create role never_" + databases + " nologin;");
        assertThat(SchemaDump.of(owner)).isEqualTo(before);

        refusal.statements().forEach(server.superuser(owner)::run);
        assertThat(install(guest, wing.withRole("never_" + databases)).applied())
                .hasSize(4);
        assertThat(install(guest, wing).applied()).isEmpty();
    }

    @Test
    void theScriptNeedsNoMoreRightsThanInstall() {
        TestWing wing = TestWing.of("a", 1).withMigration("1_a", "create table a ()");
        server.superuser(owner)
                .run("create schema howdah authorization " + me + "; grant create on schema public to " + me);

        PsqlFile.run(guest, Installer.of(List.of(wing)).script());

        assertThat(install(guest, wing).applied()).isEmpty();
    }

    @Test
    void aSchemaOfADbasMayBeGranted() {
        server.superuser(owner).run("create schema howdah; grant create on schema public to " + me);

        InstallException refusal = catchThrowableOfType(InstallException.class, () -> install(guest));
        assertThat(refusal.statements()).containsExactly("grant usage, create on schema howdah to " + me + ";");

        refusal.statements().forEach(server.superuser(owner)::run);
        assertThat(install(guest).applied()).isEmpty();
    }

    @Test
    void whoDidNotInstallMayNotUpgrade() {
        install(owner, TestWing.of("a", 1).withMigration("1_a", "create table a ()"));
        String message = "Howdah was installed here by role howdah: connect as that role, or as a member of it";

        assertThatThrownBy(() -> install(guest))
                .isInstanceOf(InstallException.class)
                .hasMessage(message);
        assertThatThrownBy(() -> Installer.of(List.of()).uninstall(guest.dataSource()))
                .isInstanceOf(InstallException.class)
                .hasMessage(message);
    }

    @Test
    void aSearchPathWithoutASchema() {
        TestBase nowhere = owner.inSchema("absent, howdah");
        String message = "no schema to install into: none that the search_path names exists, or none may be used";

        assertThatThrownBy(() -> install(nowhere))
                .isInstanceOf(InstallException.class)
                .hasMessage(message);
        assertThat(PsqlFile.run(nowhere, Installer.of(List.of()).script(), true))
                .containsExactly(message);
    }

    @Test
    void aSchemaOfThatNameWithOtherThings() {
        owner.run("create schema howdah; create table howdah.seats ()");
        List<String> before = SchemaDump.of(owner);
        String message = "schema howdah holds tables that are not Howdah's: rename it";

        assertThatThrownBy(() -> install(owner))
                .isInstanceOf(InstallException.class)
                .hasMessage(message);
        assertThat(PsqlFile.run(owner, Installer.of(List.of()).script(), false)).contains(message);
        assertThat(SchemaDump.of(owner)).isEqualTo(before);
    }

    @Test
    void aStandby(@TempDir Path folder) throws Exception {
        Path home = folder.resolve("home");
        Files.createDirectory(home);
        EmbeddedPostgres.builder().home(home).start().close();
        Path data = home.resolve("data");
        Files.createFile(data.resolve("standby.signal"));

        try (EmbeddedPostgres standby = EmbeddedPostgres.builder().home(home).start()) {
            assertThatThrownBy(() -> install(new TestBase(standby.address())))
                    .isInstanceOf(InstallException.class)
                    .hasMessage("this server is a standby and takes no changes: install on the primary");
        }
    }
}
