package dev.howdah.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.howdah.install.InstallException;
import dev.howdah.install.Installer;
import dev.howdah.testkit.TestDatabase;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A database that holds PgQ or PgQue, or something else of their names, is left as it is. */
class PreflightTest {

    private static final Installer INSTALLER = Installer.forWingsOnClassPath();

    private final TestDatabase database = TestDatabase.empty();

    @AfterEach
    void drop() {
        database.close();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            create schema pgq; create table pgq.event_template (ev_id bigint) | PgQ, in schema pgq
            create schema pgque; create table pgque.event_template (ev_id bigint) | PgQue, in schema pgque
            create schema pgq | a schema pgq that is not Howdah''s
            create schema pgque; create table pgque.notes (note text) | a schema pgque that is not Howdah''s
            """)
    void isRecognizedAndNothingIsChanged(String made, String found) throws IOException {
        database.run(made);
        List<String> before = dump();

        assertThatThrownBy(() -> INSTALLER.install(database.dataSource()))
                .isInstanceOf(InstallException.class)
                .hasMessage("this database holds " + found.replace("''", "'")
                        + ": Howdah's streams need a database without it; nothing was changed");

        assertThat(dump()).isEqualTo(before);
    }

    @Test
    void takesItsOwnForItsOwn() {
        INSTALLER.install(database.dataSource());

        assertThat(INSTALLER.install(database.dataSource()).applied()).isEmpty();
    }

    private List<String> dump() throws IOException {
        try (InputStream in = PreflightTest.class.getResourceAsStream("/schema-dump.sql")) {
            return database.column(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
    }
}
