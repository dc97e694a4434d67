package dev.howdah.install;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.howdah.embedded.EmbeddedPostgresException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What has to be so on each version of PostgreSQL. */
class VersionsTest {

    private static final Installer INSTALLER = Installer.of(List.of(
            TestWing.trunk(),
            // sorts before the other by name, and after it by number
            TestWing.of("ear", 11)
                    .withMigration("1_ear", "create table ear ()")
                    .withFunctions("do 'begin end'")
                    .withUninstall("drop table ear")));

    @ParameterizedTest
    @ValueSource(ints = {14, 15, 16, 17, 18})
    void scriptAndInstallMakeTheSameAndUninstallUnmakesIt(int major) throws Exception {
        try (TestServer server = TestServer.of(major)) {
            TestBase installed = server.database("installed");
            List<String> before = SchemaDump.of(installed);

            InstallReport report = INSTALLER.install(installed.dataSource());
            List<String> dump = SchemaDump.of(installed);

            assertThat(report.schema()).isEqualTo("public");
            assertThat(report.applied())
                    .containsExactly(
                            "trunk 1_types",
                            "trunk 2_more",
                            "trunk 3_tables",
                            "ear 1_ear",
                            "ear functions",
                            "trunk functions");
            assertThat(INSTALLER.install(installed.dataSource()).applied()).isEmpty();
            assertThat(SchemaDump.of(installed)).isEqualTo(dump);

            TestBase scripted = server.database("scripted");
            PsqlFile.run(scripted, INSTALLER.script());
            assertMatchesAndStays(scripted, dump);
            if (PsqlFile.isAvailable()) {
                TestBase byPsql = server.database("by psql");
                assertThat(PsqlFile.psql(byPsql.address(), INSTALLER.script(), "-v", "ON_ERROR_STOP=1"))
                        .isEmpty();
                assertMatchesAndStays(byPsql, dump);
            }

            assertThat(PsqlFile.run(installed, INSTALLER.script(), true))
                    .containsExactly("Howdah is installed here already: upgrade it with howdah install");
            PsqlFile.run(installed, INSTALLER.script(), false);
            assertThat(SchemaDump.of(installed)).isEqualTo(dump);

            INSTALLER.uninstall(installed.dataSource());
            assertThat(SchemaDump.of(installed)).isEqualTo(before);
        }
    }

    private static void assertMatchesAndStays(TestBase scripted, List<String> dump) {
        assertThat(SchemaDump.of(scripted)).isEqualTo(dump);
        assertThat(INSTALLER.install(scripted.dataSource()).applied()).isEmpty();
        assertThat(SchemaDump.of(scripted)).isEqualTo(dump);
    }

    @Test
    void thirteenIsTooOld() {
        try (TestServer server = startOrSkip(13)) {
            TestBase database = server.database("old");
            List<String> before = SchemaDump.of(database);

            assertThatThrownBy(() -> INSTALLER.install(database.dataSource()))
                    .isInstanceOf(InstallException.class)
                    .hasMessageMatching("PostgreSQL 13\\.\\d+ is too old: Howdah runs on 14 and later");
            assertThat(PsqlFile.run(database, INSTALLER.script(), false).get(0))
                    .matches("PostgreSQL 13\\.\\d+ is too old: Howdah runs on 14 and later");

            assertThat(SchemaDump.of(database)).isEqualTo(before);
        }
    }

    /** Skipped for as long as the embedded PostgreSQL can't make a data folder of a version before 14. */
    private static TestServer startOrSkip(int major) {
        try {
            return TestServer.of(major);
        } catch (EmbeddedPostgresException e) {
            return abort(e.getMessage());
        }
    }
}
