package dev.howdah.install;

import java.util.List;

/** What stands before the first migration: the schema of the history, and the wings' roles. */
final class Preparation {

    /** Held for as long as a transaction changes the installation, by whichever way it is made. */
    static final String LOCK = "pg_advisory_xact_lock(hashtextextended('howdah install', 0))";

    /**
     * Where what has no schema of its own goes: the first one of the search_path, yet never that of the history, which
     * is there for a role of the same name once it has installed.
     */
    static final String SCHEMA = """
            (select name
               from unnest(current_schemas(false)) with ordinality as path (name, place)
              where name <> 'howdah'
              order by place
              limit 1)""";

    private Preparation() {}

    /** Creates what is missing; asks for no right that is not needed, as "if not exists" would. */
    static String script(List<String> roles) {
        StringBuilder script = new StringBuilder("""
                do $howdah$
                begin
                    if not exists (select from pg_namespace where nspname = 'howdah') then
                        create schema howdah;
                    end if;
                end
                $howdah$;
                """);
        roles.forEach(role -> script.append(role(literal(role))));
        return script.toString();
    }

    /** Roles are the whole server's: an installation in another database may create them at the same moment. */
    private static String role(String role) {
        return """
                do $howdah$
                begin
                    if not exists (select from pg_roles where rolname = %1$s) then
                        execute format('create role %%I nologin', %1$s);
                    end if;
                exception when duplicate_object or unique_violation then
                    null;
                end
                $howdah$;
                """.formatted(role);
    }

    static String literal(String text) {
        return "'" + text.replace("'", "''") + "'";
    }
}
