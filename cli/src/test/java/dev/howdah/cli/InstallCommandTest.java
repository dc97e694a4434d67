package dev.howdah.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.testkit.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstallCommandTest {

    @AutoClose
    final TestDatabase database = TestDatabase.empty();

    @Test
    void installsOnceAndUninstallsWhenToldTo() {
        HowdahProcess install =
                HowdahProcess.run("install", "--db", database.address().jdbcUrl());
        assertThat(install.out()).isEqualTo("""
                applied stream 1_schemas
                applied stream 2_tables
                applied stream 3_engine
                applied stream 4_windows
                applied stream 5_large_windows
                applied stream 6_deliveries
                applied queue 1_schemas
                applied job 1_types
                applied job 2_tables
                applied job 3_statistics
                applied job 4_adoption
                applied job 5_additions
                applied job functions
                applied queue functions
                applied stream functions
                Howdah is installed; jobs are in schema public, streams in pgque, queues in pgpro_queue.""");
        assertThat(install.exitCode()).isEqualTo(ExitCode.OK);

        HowdahProcess again =
                HowdahProcess.run("install", "--db", database.address().url());
        assertThat(again.out()).isEqualTo("Howdah was up to date; nothing was changed.");

        HowdahProcess asked =
                HowdahProcess.run("uninstall", "--db", database.address().url());
        assertThat(asked.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(asked.err()).isEqualTo("howdah: there is nobody to ask: say --yes to remove everything");

        HowdahProcess uninstall = HowdahProcess.run(
                "uninstall", "--yes", "--db", database.address().url());
        assertThat(uninstall.out()).isEqualTo("Howdah was removed.");
        assertRefused(
                ExitCode.FAILED,
                "Howdah is not installed in this database",
                "uninstall",
                "--yes",
                "--db",
                database.address().url());
        assertThat(database.value("""
                select (select count(*) from pg_class where relnamespace = 'public'::regnamespace)
                       + (select count(*) from pg_namespace where nspname = 'howdah')""")).isEqualTo("0");
    }

    @Test
    void saysWhatADbaHasToDo() {
        database.run("revoke all on schema public from public; create role poor login password 'poor'");
        try {
            HowdahProcess refused = HowdahProcess.run(
                    "install",
                    "--db",
                    "host=127.0.0.1 port=" + database.address().port() + " user=poor password=poor dbname="
                            + database.address().database() + " options='-c search_path=pg_catalog,public'");
            assertThat(refused.exitCode()).isEqualTo(ExitCode.NOT_PERMITTED);
            assertThat(refused.err())
                    .startsWith("howdah: role poor may not install here; a DBA has to run this in database "
                            + database.address().database() + " first")
                    .contains("    create schema howdah authorization poor;");
        } finally {
            database.run("drop role poor");
        }
    }

    @Test
    void printsTheScript() {
        HowdahProcess sql = HowdahProcess.run("sql");
        assertThat(sql.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(sql.out())
                .startsWith("-- Howdah")
                .contains("create table if not exists pgqueuer (")
                .endsWith("commit;");
    }

    @Test
    void refusesInOneLineWhatCannotBe(@TempDir Path folder) throws IOException {
        Path passwordFile = Files.writeString(folder.resolve("password"), "wrong\n");
        String place = "127.0.0.1:" + database.address().port() + "/"
                + database.address().database();
        assertRefused(
                ExitCode.UNAVAILABLE,
                "password authentication failed for user \"howdah\"",
                "install",
                "--db",
                "postgresql://howdah@" + place,
                "--password-file",
                passwordFile.toString());
        assertRefused(
                ExitCode.UNAVAILABLE,
                "Connection to 127.0.0.1:1 refused. Check that the hostname and port are correct and that the postmaster"
                        + " is accepting TCP/IP connections.",
                "install",
                "--db",
                "postgresql://a:b@127.0.0.1:1/c");
        assertRefused(
                ExitCode.USAGE,
                "not the address of a PostgreSQL database (write postgresql://user@host:5432/database"
                        + " or jdbc:postgresql://host/database)",
                "install",
                "--db",
                "mysql://a:secret@b/c");
        assertRefused(
                ExitCode.USAGE,
                "the password file can't be read: " + folder.resolve("none"),
                "install",
                "--db",
                "postgresql://a@b/c",
                "--password-file",
                folder.resolve("none").toString());
        assertRefused(
                ExitCode.UNAVAILABLE,
                "no howdah up is running on " + folder + ": start it, or name a database with --db",
                "install",
                "--data",
                folder.toString());
        assertRefused(
                ExitCode.USAGE,
                "0.0.0.0 is not a loopback address, and without a secret for tokens nobody is asked who they are: "
                        + "name a secret or a JWKS, or use 127.0.0.1",
                "serve",
                "--http-host",
                "0.0.0.0",
                "--db",
                database.address().url());
        assertRefused(ExitCode.USAGE, "not a port: 70000", "up", "--http-port", "70000");
        assertRefused(ExitCode.USAGE, "say what to run after --, as in: howdah work fetch -- cat", "work", "fetch");
        assertRefused(ExitCode.USAGE, "there is no command no-such-command", "work", "fetch", "--", "no-such-command");
        assertRefused(
                ExitCode.FAILED,
                "there are no jobs in this database: run howdah install first",
                "work",
                "fetch",
                "--db",
                database.address().url(),
                "--",
                "true");
    }

    private static void assertRefused(int exitCode, String message, String... args) {
        HowdahProcess refused = HowdahProcess.run(args);
        assertThat(refused.err()).isEqualTo("howdah: " + message);
        assertThat(refused.out()).isEmpty();
        assertThat(refused.exitCode()).isEqualTo(exitCode);
    }
}
