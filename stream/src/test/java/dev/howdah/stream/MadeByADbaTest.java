package dev.howdah.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.howdah.embedded.EmbeddedPostgres;
import dev.howdah.embedded.PostgresAddress;
import dev.howdah.install.InstallException;
import dev.howdah.install.Installer;
import dev.howdah.testkit.TestSql;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Databases with what an ordinary role can't make: schedulers of pg_cron's and pg_timetable's shape, PgQ, others' roles. */
class MadeByADbaTest {

    private static final String CRON = """
            create schema cron;
            create table cron.job (jobid bigserial, schedule text, command text, jobname text, username text);
            create function cron.schedule(job_name text, schedule text, command text) returns bigint
            language sql as $$
                insert into cron.job (schedule, command, jobname, username) values (schedule, command, job_name, current_user)
                returning jobid
            $$;
            create function cron.unschedule(job_id bigint) returns bool
            language sql as 'delete from cron.job where jobid = job_id returning true';
            grant usage on schema cron to public;
            grant all on all tables in schema cron to public;
            grant all on all sequences in schema cron to public;
            """;

    private static final String TIMETABLE = """
            create schema timetable;
            create domain timetable.cron as text check (value like '@every%');
            create table timetable.chain (chain_id bigserial primary key, chain_name text, run_at timetable.cron);
            create table timetable.task (
                chain_id bigint references timetable.chain on delete cascade, command text, autonomous bool default false);
            create function timetable.add_job(
                job_name text, job_schedule timetable.cron, job_command text, job_parameters jsonb default null,
                job_max_instances int default null) returns bigint
            language sql as $$
                with chain as (
                    insert into timetable.chain (chain_name, run_at) values (job_name, job_schedule) returning chain_id
                )
                insert into timetable.task (chain_id, command) select chain_id, job_command from chain returning chain_id
            $$;
            grant usage on schema timetable to public;
            grant all on all tables in schema timetable to public;
            grant all on all sequences in schema timetable to public;
            """;

    @TempDir
    static Path folder;

    private static EmbeddedPostgres postgres;
    private static int databases;

    private String name;
    private TestSql owner;
    private TestSql superuser;

    @BeforeAll
    static void start() throws IOException {
        new StandInExtension("pg_cron", CRON, "1.4-1", "1.5", "1.10").writeInto(folder);
        postgres = EmbeddedPostgres.builder()
                .setting(
                        "extension_control_path",
                        new StandInExtension("pgq", "create schema pgq;", "3.5").writeInto(folder))
                .start();
        // made by a DBA, before there is a Howdah
        new TestSql(postgres.superuser().dataSource()).run("create role pgque_reader; create role pgque_admin");
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @BeforeEach
    void create() {
        name = "dba_" + ++databases;
        PostgresAddress a = postgres.superuser();
        new TestSql(a.dataSource()).run("create database " + name + " owner howdah");
        owner = new TestSql(postgres.database(name).dataSource());
        superuser = new TestSql(new PostgresAddress(a.host(), a.port(), name, a.user(), a.password()).dataSource());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            1.4-1 | * * * * *: call howdah_stream.tick_for('1 minute') as howdah | * * * * *
            1.5   | 1 second: call pgque.ticker_loop() as howdah                 | 10 seconds
            1.10  | 1 second: call pgque.ticker_loop() as howdah                 | 10 seconds
            """)
    void pgCronTicksAndMaintainsUntilItIsStopped(String version, String ticking, String maintaining) {
        install();
        superuser.run("create extension pg_cron version '" + version + "'");

        owner.run("select pgque.start()");
        owner.run("select pgque.start()"); // again: the same two jobs

        assertThat(owner.column(
                        "select schedule || ': ' || command || ' as ' || username from cron.job order by jobid"))
                .containsExactly(ticking, maintaining + ": select pgque.maint() as howdah");
        owner.column("select replace(command, 'minute', 'second') from cron.job")
                .forEach(owner::run);
        assertThat(owner.value("select status || ': ' || detail from pgque.status() where component = 'scheduler'"))
                .matches("pg_cron: jobs \\d+ and \\d+, a tick every 100 ms where there is news");

        owner.run("select pgque.stop()");

        assertThat(owner.value("select count(*) from cron.job")).isEqualTo("0");
        assertThat(owner.value("select scheduler from pgque.config")).isEqualTo("null");
    }

    @Test
    void pgTimetableTicksAndMaintainsUntilItIsStopped() {
        install();
        superuser.run(TIMETABLE);

        owner.run("select pgque.start_timetable(20)");

        assertThat(owner.column("""
                select format('%s: %s, autonomous %s', run_at, command, autonomous)
                  from timetable.chain join timetable.task using (chain_id) order by chain_id"""))
                .containsExactly(
                        "@every 1 second: call pgque.ticker_loop(), autonomous t",
                        "@every 10 seconds: select pgque.maint(), autonomous f");
        assertThat(owner.value("select scheduler || ' ' || tick_period_ms from pgque.config"))
                .isEqualTo("pg_timetable 50");

        owner.run("select pgque.stop()"); // pg_cron's
        assertThat(owner.value("select count(*) from timetable.chain")).isEqualTo("2");
        owner.run("select pgque.uninstall()");
        assertThat(owner.value("select count(*) from timetable.chain")).isEqualTo("0");
    }

    @Test
    void aTimetableOfAStrangersIsNotCalledWithTheOwnersRights() {
        install();
        superuser.run("create role stranger_%d; %s; alter schema timetable owner to stranger_%1$d"
                .formatted(databases, TIMETABLE.strip().replaceAll(";$", "")));

        assertThatThrownBy(() -> owner.run("select pgque.start_timetable()"))
                .hasMessageStartingWith("start_timetable: there is no pg_timetable in this database");
        assertThatThrownBy(() -> owner.run("select pgque.start_timetable(7)"))
                .hasMessageStartingWith("start_timetable:");
    }

    @Test
    void theExtensionPgqIsRecognized() {
        superuser.run("create extension pgq version '3.5'");

        assertThatThrownBy(() -> Installer.forWingsOnClassPath().install(owner.dataSource()))
                .isInstanceOf(InstallException.class)
                .hasMessageStartingWith("this database holds PgQ, as the extension pgq: ");
        assertThat(owner.value("select to_regnamespace('howdah') is null")).isEqualTo("t");
    }

    @Test
    void rolesOfSomebodyElsesWantADba() {
        superuser.run("revoke pgque_reader from pgque_admin");
        superuser.run("revoke admin option for pgque_reader from howdah");

        assertThatThrownBy(() -> Installer.forWingsOnClassPath().install(owner.dataSource()))
                .isInstanceOf(InstallException.class)
                .hasMessageEndingWith("a DBA has to run this first: grant pgque_reader to pgque_admin;");
        assertThat(owner.value("select to_regnamespace('howdah') is null")).isEqualTo("t");

        install();
        assertThat(owner.value("select pgque.create_queue('q')")).isEqualTo("1");
    }

    /** As the DBA and then the ordinary role do it. */
    private void install() {
        superuser.run("grant pgque_reader to pgque_admin");
        Installer.forWingsOnClassPath().install(owner.dataSource());
    }
}
