package dev.howdah.install;

import dev.howdah.core.WingSql;
import java.util.List;

/**
 * The installation as one SQL script: the same migrations, and the rows by which Flyway knows that they have run. Each
 * transaction needs the one before it, so that nothing happens after a failure even where psql is not told to stop.
 */
final class InstallScript {

    private final List<WingSql> wings;
    private final StringBuilder script = new StringBuilder();

    InstallScript(List<WingSql> wings) {
        this.wings = wings;
    }

    String text() {
        script.append("""
                -- Howdah: the whole installation, for a database in which it is not yet installed.
                -- Run it with: psql -v ON_ERROR_STOP=1 -f this-file "postgresql://..."
                -- What has no schema of its own goes into the connection's current schema.

                set client_encoding = 'UTF8';
                """);
        begin(CHECK);
        wings.forEach(wing ->
                append(wing.name() + ": can it live here", wing.preflight().text()));
        append("the history and the roles", Preparation.script(roles()) + HISTORY);
        script.append("commit;\n");
        List<ScriptMigration> migrations = ScriptMigration.of(wings);
        for (int i = 0; i < migrations.size(); i++) {
            appendMigration(i + 1, migrations.get(i));
        }
        return script.toString();
    }

    private List<String> roles() {
        return wings.stream().flatMap(wing -> wing.roles().stream()).toList();
    }

    private static final String CHECK = """
                if current_setting('server_version_num')::int < %d then
                    raise exception 'PostgreSQL %% is too old: Howdah runs on 14 and later',
                        current_setting('server_version');
                end if;
                if exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace
                            where n.nspname = 'howdah' and c.relname = 'history') then
                    raise exception 'Howdah is installed here already: upgrade it with howdah install';
                end if;
                if exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace
                            where n.nspname = 'howdah') then
                    raise exception 'schema howdah holds tables that are not Howdah''s: rename it';
                end if;
            """.formatted(Preconditions.OLDEST);

    /** The table as Flyway makes it. */
    private static final String HISTORY = """
            create table howdah.history (
                installed_rank int not null,
                version varchar(50),
                description varchar(200) not null,
                type varchar(20) not null,
                script varchar(1000) not null,
                checksum int,
                installed_by varchar(100) not null,
                installed_on timestamp not null default now(),
                execution_time int not null,
                success boolean not null,
                constraint history_pk primary key (installed_rank)
            );
            create index history_s_idx on howdah.history (success);
            """;

    private static final String BEGIN = """

            begin;
            do $howdah$
            begin
                perform %1$s;
            %2$s\
                if %3$s is null then
                    raise exception '%5$s';
                end if;
                perform set_config('search_path', format('%%I, pg_temp', %3$s), true),
                        %4$s;
            end
            $howdah$;

            """;

    private void begin(String check) {
        script.append(BEGIN.formatted(
                Preparation.LOCK,
                check,
                Preparation.SCHEMA.replaceAll("\\s+", " "),
                ScriptMigration.PATIENCE,
                Preconditions.NO_SCHEMA));
    }

    private void appendMigration(int rank, ScriptMigration migration) {
        begin("""
                    if (select count(*) from howdah.history) <> %d then
                        raise exception 'this script was cut short or overtaken: go on with howdah install';
                    end if;
                """.formatted(rank - 1));
        append(migration.description(), migration.text());
        script.append("""
                insert into howdah.history (installed_rank, version, description, type, script, checksum, installed_by,
                                            execution_time, success)
                values (%d, %s, %s, 'JDBC', '%s', %d, current_user, 0, true);
                commit;
                """.formatted(
                        rank,
                        migration.version() == null ? "null" : Preparation.literal(migration.version()),
                        Preparation.literal(migration.description()),
                        ScriptMigration.ForFlyway.class.getName(),
                        migration.checksum()));
    }

    private void append(String title, String text) {
        script.append("-- ---- ").append(title).append("\n\n").append(text);
        // what install sends by itself may leave out its last semicolon
        script.append(text.isBlank() || text.strip().endsWith(";") ? "\n" : "\n;\n");
    }
}
