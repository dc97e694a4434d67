package dev.howdah.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.howdah.install.InstallException;
import dev.howdah.install.Installer;
import dev.howdah.testkit.TestDatabase;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What has the names of PGQueuer's things and is something else is left alone. */
class AdoptionRefusalTest {

    private static final Installer INSTALLER = Installer.forWingsOnClassPath();

    private final TestDatabase test = TestDatabase.empty();

    @AutoClose
    private final AdoptionBase database = new AdoptionBase(test.dataSource());

    @AfterEach
    void drop() {
        test.close();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            create table pgqueuer (id int, name text) \
            | public.pgqueuer is not a table of PGQueuer (it has no column
            create view pgqueuer_log as select 1 as id \
            | public.pgqueuer_log is not a table of PGQueuer (it is no table)
            create sequence pgqueuer_statistics \
            | public.pgqueuer_statistics is not a table of PGQueuer (it is no table)
            create table pgqueuer_schedules (expression text, entrypoint text, next_run date, id int) \
            | public.pgqueuer_schedules is not a table of PGQueuer (it has no column next_run of type timestamptz)
            create table pgqueuer_rates (entrypoint text, claimed timestamptz, jobs bigint, expires timestamptz) \
            | public.pgqueuer_rates has a name that Howdah needs; rename it, or install into another schema
            create view pgqueuer_schedule_jobs as select 1 as id \
            | public.pgqueuer_schedule_jobs has a name that Howdah needs
            create domain pgqueuer_status as text \
            | type public.pgqueuer_status is not PGQueuer's
            create table pgqueuer_status (queued int, picked int) \
            | type public.pgqueuer_status is not PGQueuer's
            create type pgqueuer_status as enum ('queued', 'done') \
            | type public.pgqueuer_status is not PGQueuer's
            create type pgqueuer_statistics_status as enum ('good', 'bad') \
            | type public.pgqueuer_statistics_status is not PGQueuer's
            create function fn_pgqueuer_enqueue(a text) returns bigint language sql as 'select 1' \
            | function fn_pgqueuer_enqueue(text) is not the one that PGQueuer documents
            create function fn_pgqueuer_enqueue(a text, b bytea, c int, d interval, e text, f jsonb) returns bigint \
            language sql as 'select 1' \
            | function fn_pgqueuer_enqueue(text,bytea,integer,interval,text,jsonb) is not the one
            create function fn_pgqueuer_enqueue(text, bytea, int, interval, text, jsonb) returns bigint \
            language sql as 'select 1' \
            | function fn_pgqueuer_enqueue(text,bytea,integer,interval,text,jsonb) is not the one
            create procedure fn_pgqueuer_enqueue(entrypoint text) language sql as 'select 1' \
            | function fn_pgqueuer_enqueue(text) is not the one
            create function fn_pgqueuer_changed() returns int language sql as 'select 1' \
            | function fn_pgqueuer_changed() is not the one""", quoteCharacter = '`')
    void refuses(String made, String message) {
        database.run(made);
        List<String> before = database.dump();

        assertThatThrownBy(() -> INSTALLER.install(database.dataSource()))
                .isInstanceOf(InstallException.class)
                .hasMessageStartingWith(message)
                .message()
                .doesNotContain("\n");
        assertThatThrownBy(() -> database.runAsPsqlDoes(INSTALLER.script())).hasMessageStartingWith(message);

        assertThat(database.dump()).isEqualTo(before);
        assertThat(database.one("select count(*) from pg_namespace where nspname = 'howdah'"))
                .isEqualTo("0");
    }

    @Test
    void refusesATableWhoseStatusIsATypeOfAnotherSchema() {
        database.run("create schema types");
        AdoptionEra.V1_0.create(database);
        database.run("alter type pgqueuer_status set schema types");

        assertThatThrownBy(() -> INSTALLER.install(database.dataSource()))
                .isInstanceOf(InstallException.class)
                .hasMessageContaining("it has no column status of type pgqueuer_status");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            alter table pgqueuer owner to %s     | table public.pgqueuer
            alter table pgqueuer_log owner to %s | table public.pgqueuer_log
            alter type pgqueuer_status owner to %s | type public.pgqueuer_status
            alter function fn_pgqueuer_changed() owner to %s | function fn_pgqueuer_changed()""")
    void refusesWhatBelongsToAnother(String given, String thing) {
        AdoptionEra.V1_3.create(database);
        String other = "other_" + Long.toHexString(System.nanoTime());
        database.run("create role " + other + "; grant " + other + " to current_user; grant create on schema public to "
                + other);
        database.run(given.formatted(other));
        database.run("revoke " + other + " from current_user");
        List<String> before = database.dump();

        assertThatThrownBy(() -> INSTALLER.install(database.dataSource()))
                .isInstanceOf(InstallException.class)
                .hasMessage("%s belongs to role %s; install as that role, or as a member of it", thing, other);
        assertThat(database.dump()).isEqualTo(before);

        database.run("grant " + other + " to current_user with inherit true");
        assertThat(INSTALLER.install(database.dataSource()).applied()).hasSize(6);
    }

    @Test
    void refusesWhatAViewHoldsFast() {
        AdoptionEra.V0_18.create(database);
        database.run("create view waiting as select id, entrypoint from pgqueuer");
        List<String> before = database.dump();

        assertThatThrownBy(() -> INSTALLER.install(database.dataSource()))
                .isInstanceOf(InstallException.class)
                .hasMessage("view waiting stands on pgqueuer.id, whose type has to change;"
                        + " drop the view, and make it again afterwards");
        assertThat(database.dump()).isEqualTo(before);

        database.run("drop view waiting; create view waiting as select entrypoint from pgqueuer");
        assertThat(INSTALLER.install(database.dataSource()).applied()).hasSize(6);
    }

    @Test
    void refusesToLookInAnotherSchemaThanItWasInstalledIn() {
        INSTALLER.install(database.dataSource());
        database.run("create schema elsewhere");
        AdoptionBase elsewhere = AdoptionBase.inSchema(test.dataSource(), "elsewhere");
        String message = "the jobs of this database are not in schema elsewhere;"
                + " connect with the search_path, and the prefix, that they were installed with";

        assertThatThrownBy(() -> INSTALLER.install(elsewhere.dataSource()))
                .isInstanceOf(InstallException.class)
                .hasMessage(message);
        AdoptionEra.V1_0.create(elsewhere);
        assertThatThrownBy(() -> INSTALLER.install(elsewhere.dataSource())).hasMessage(message);
        assertThatThrownBy(() -> INSTALLER.uninstall(elsewhere.dataSource())).hasMessage(message);
        assertThat(INSTALLER.install(database.dataSource()).applied()).isEmpty();
    }
}
