package dev.howdah.install;

import dev.howdah.core.SqlScript;
import dev.howdah.core.WingSql;
import java.util.ArrayList;
import java.util.List;

/** A wing made up for a test; each {@code with} answers another one. */
record TestWing(
        String name,
        int number,
        List<String> roles,
        SqlScript preflight,
        List<SqlScript> migrations,
        List<SqlScript> functions,
        SqlScript uninstall)
        implements WingSql {

    /** A table, an enum that a later migration uses, a function with a pinned search_path, and a role to use it. */
    static TestWing trunk() {
        return of("trunk", 5)
                .withRole("trunk_user")
                .withMigration("1_types", "create type mood as enum ('calm')")
                .withMigration("2_more", "alter type mood add value 'musth'")
                .withMigration("3_tables", """
                        create table trunk (id bigserial primary key, mood mood not null default 'musth', "é" text);
                        comment on table trunk is 'it''s a trunk; with $$ and é';
                        create index on trunk (mood) where mood = 'musth'""")
                .withFunctions("""
                        create or replace function lift(weight int default 1) returns int
                            language sql
                            set search_path from current
                        as $$ select weight; -- ; it's all
                        $$;
                        revoke all on function lift(int) from public;
                        grant execute on function lift(int) to trunk_user""")
                .withUninstall(
                        "drop table if exists trunk; drop function if exists lift(int); drop type if exists mood");
    }

    static TestWing of(String name, int number) {
        SqlScript nothing = new SqlScript("nothing", "");
        return new TestWing(name, number, List.of(), nothing, List.of(), List.of(), nothing);
    }

    TestWing withRole(String role) {
        return new TestWing(name, number, added(roles, role), preflight, migrations, functions, uninstall);
    }

    TestWing withPreflight(String sql) {
        return new TestWing(name, number, roles, new SqlScript("preflight", sql), migrations, functions, uninstall);
    }

    TestWing withMigration(String title, String sql) {
        return new TestWing(
                name,
                number,
                roles,
                preflight,
                added(migrations, new SqlScript(title, sql + ";")),
                functions,
                uninstall);
    }

    TestWing withFunctions(String sql) {
        return new TestWing(
                name, number, roles, preflight, migrations, List.of(new SqlScript("functions", sql + ";")), uninstall);
    }

    TestWing withUninstall(String sql) {
        return new TestWing(
                name, number, roles, preflight, migrations, functions, new SqlScript("uninstall", sql + ";"));
    }

    private static <T> List<T> added(List<T> list, T element) {
        List<T> longer = new ArrayList<>(list);
        longer.add(element);
        return List.copyOf(longer);
    }
}
