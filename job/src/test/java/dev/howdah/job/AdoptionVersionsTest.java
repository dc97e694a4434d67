package dev.howdah.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.embedded.EmbeddedPostgres;
import dev.howdah.embedded.PostgresAddress;
import dev.howdah.embedded.PostgresBinaries;
import dev.howdah.install.Installer;
import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The wing's SQL on each version of PostgreSQL: fresh, by script, and on what PGQueuer has made. */
class AdoptionVersionsTest {

    private static final Installer INSTALLER = Installer.forWingsOnClassPath();
    private static final Set<AdoptionEra> ALL = EnumSet.allOf(AdoptionEra.class);

    @ParameterizedTest
    @ValueSource(ints = {14, 15, 16, 17, 18})
    void installsScriptsAndAdopts(int major) throws Exception {
        PostgresBinaries binaries = major == 18
                ? PostgresBinaries.bundled()
                : PostgresBinaries.of(Path.of("target/postgres", major + ".jar"));
        try (EmbeddedPostgres postgres =
                        EmbeddedPostgres.builder().binaries(binaries).start();
                AdoptionBase installed = create(postgres, "installed");
                AdoptionBase scripted = create(postgres, "scripted")) {
            List<String> empty = installed.dump();
            INSTALLER.install(installed.dataSource());
            List<String> fresh = installed.dump();
            assertThat(installed.one("select fn_pgqueuer_enqueue('a', headers => '{}')"))
                    .isEqualTo("1");

            scripted.runAsPsqlDoes(INSTALLER.script());
            assertThat(scripted.dump()).isEqualTo(fresh);
            assertThat(INSTALLER.install(scripted.dataSource()).applied()).isEmpty();
            assertThat(scripted.dump()).isEqualTo(fresh);

            boolean middle = major > 14 && major < 18;
            for (AdoptionEra era : middle ? EnumSet.of(AdoptionEra.V0_4, AdoptionEra.V2_0) : ALL) {
                try (AdoptionBase adopted = create(postgres, "install_" + era)) {
                    adopts(era, major, adopted, base -> INSTALLER.install(base.dataSource()), fresh);
                }
            }
            for (AdoptionEra era : EnumSet.of(AdoptionEra.V0_4, AdoptionEra.V2_0)) {
                try (AdoptionBase adopted = create(postgres, "script_" + era)) {
                    adopts(era, major, adopted, base -> base.runAsPsqlDoes(INSTALLER.script()), fresh);
                }
            }

            INSTALLER.uninstall(installed.dataSource());
            assertThat(installed.dump()).isEqualTo(empty);
        }
    }

    private static void adopts(
            AdoptionEra era, int major, AdoptionBase database, Consumer<AdoptionBase> adopt, List<String> fresh) {
        era.create(database);
        era.fill(database);
        adopt.accept(database);

        assertThat(AdoptionDifferences.between(fresh, database.dump()))
                .as("%s on %d", era, major)
                .containsExactlyInAnyOrderElementsOf(AdoptionDifferences.allowed(era, major));
    }

    private static AdoptionBase create(EmbeddedPostgres postgres, String name) throws SQLException {
        PostgresAddress any = postgres.address();
        try (var connection = any.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("create database \"" + name + "\"");
        }
        return new AdoptionBase(postgres.database(name).dataSource());
    }
}
