package dev.howdah.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class EmbeddedPostgresTest {
    private static EmbeddedPostgres postgres = EmbeddedPostgres.builder()
            .setting("max_connections", "33")
            .setting("search_path", "it's\\odd, public")
            .start();

    @BeforeAll
    static void createAnotherDatabase() {
        Sql.execute(postgres.superuser(), "create database other owner howdah");
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @Test
    void tellsItsVersionAndPort() {
        assertThat(postgres.version()).matches("18\\.\\d+");
        assertThat(postgres.port()).isEqualTo(Integer.parseInt(query("show port")));
    }

    @Test
    void theOrdinaryRoleMayCreateRolesAndDatabasesAndNoMore() {
        assertThat(Sql.query(
                        postgres.address(),
                        "select concat_ws(' ', rolname, rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls)"
                                + " from pg_roles where rolname = current_user"))
                .isEqualTo("howdah f t t f f");
        assertThat(Sql.query(postgres.address(), "select datdba::regrole from pg_database where datname = 'howdah'"))
                .isEqualTo("howdah");
    }

    @Test
    void superuserAndOtherDatabases() {
        assertThat(query("select concat_ws(' ', current_user, current_database(), current_setting('is_superuser'))"))
                .isEqualTo("postgres postgres on");
        assertThat(Sql.query(postgres.database("other"), "select concat_ws(' ', current_user, current_database())"))
                .isEqualTo("howdah other");
    }

    @Test
    void isReachedByItsJdbcUrl() throws SQLException {
        try (Connection connection =
                DriverManager.getConnection(postgres.address().jdbcUrl())) {
            assertThat(connection.isValid(5)).isTrue();
        }
    }

    @Test
    void isUtf8WithLocaleCOnTheLoopbackAddressAlone() {
        assertThat(query("show server_encoding")).isEqualTo("UTF8");
        assertThat(query("select datcollate from pg_database where datname = 'howdah'"))
                .isEqualTo("C");
        assertThat(query("show listen_addresses")).isEqualTo("127.0.0.1");
        assertThat(query("show unix_socket_directories")).isEmpty();
    }

    @Test
    void asksForThePassword() {
        PostgresAddress wrong = new PostgresAddress("127.0.0.1", postgres.port(), "howdah", "howdah", "wrong");

        assertThatThrownBy(() -> Sql.query(wrong, "select 1")).rootCause().hasMessageContaining("password");
    }

    @Test
    void settingsReachTheServerAsTheyAre() {
        assertThat(query("show max_connections")).isEqualTo("33");
        assertThat(query("show search_path")).isEqualTo("it's\\odd, public");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EmbeddedPostgres.builder().setting("a = b", "c"));
    }

    @Test
    void aTemporaryHomeTradesDurabilityForSpeed() {
        assertThat(query("show fsync")).isEqualTo("off");
        assertThat(query("show synchronous_commit")).isEqualTo("off");
        assertThat(query("show full_page_writes")).isEqualTo("off");
    }

    @Test
    void closeLeavesNeitherProcessNorFolderAndMayBeRepeated() {
        EmbeddedPostgres another = EmbeddedPostgres.builder().start();
        Path home =
                Path.of(Sql.query(another.superuser(), "show data_directory")).getParent();
        assertThat(Servers.on(home)).hasSize(1);

        another.close();
        another.close();
        another.kill();

        assertThat(Servers.on(home)).isEmpty();
        assertThat(Files.exists(home)).isFalse();
    }

    @Test
    void anInterruptedThreadClosesItAllTheSame() {
        EmbeddedPostgres another = EmbeddedPostgres.builder().start();
        Path home =
                Path.of(Sql.query(another.superuser(), "show data_directory")).getParent();

        Thread.currentThread().interrupt();
        another.close();

        assertThat(Thread.interrupted()).isTrue();
        assertThat(Servers.on(home)).isEmpty();
        assertThat(Files.exists(home)).isFalse();
    }

    private static String query(String sql) {
        return Sql.query(postgres.superuser(), sql);
    }
}
