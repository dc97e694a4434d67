package dev.howdah.install;

import dev.howdah.core.WingSql;
import java.util.List;

/** The installation as one SQL script: the same migrations, and the rows by which Flyway knows that they have run. */
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

                begin;
                do $$
                begin
                    if current_setting('server_version_num')::int < 140000 then
                        raise exception 'PostgreSQL % is too old: Howdah runs on 14 and later',
                            current_setting('server_version');
                    end if;
                    if to_regclass('howdah.history') is not null then
                        raise exception 'Howdah is installed here already: upgrade it with howdah install';
                    end if;
                end
                $$;
                select set_config('search_path', format('%I, pg_temp', current_schema()), false);

                """);
        wings.forEach(wing ->
                append(wing.name() + ": can it live here", wing.preflight().text()));
        script.append("create schema if not exists howdah;\n");
        wings.stream().flatMap(wing -> wing.roles().stream()).forEach(this::appendRole);
        script.append(HISTORY);
        script.append("commit;\n");
        List<ScriptMigration> migrations = ScriptMigration.of(wings);
        for (int i = 0; i < migrations.size(); i++) {
            appendMigration(i + 1, migrations.get(i));
        }
        return script.toString();
    }

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

    private void appendMigration(int rank, ScriptMigration migration) {
        script.append("\nbegin;\n");
        append(migration.description(), migration.text());
        String version = migration.version() == null ? "null" : "'" + migration.version() + "'";
        script.append("""
                insert into howdah.history (installed_rank, version, description, type, script, checksum, installed_by,
                                            execution_time, success)
                values (%d, %s, '%s', 'JDBC', '%s', %d, current_user, 0, true);
                commit;
                """.formatted(
                        rank,
                        version,
                        migration.description(),
                        ScriptMigration.ForFlyway.class.getName(),
                        migration.checksum()));
    }

    private void appendRole(String role) {
        script.append("""
                do $$
                begin
                    if not exists (select from pg_roles where rolname = '%s') then
                        create role %s nologin;
                    end if;
                end
                $$;
                """.formatted(role, role));
    }

    private void append(String title, String text) {
        script.append("-- ---- ").append(title).append("\n\n").append(text).append("\n");
    }
}
