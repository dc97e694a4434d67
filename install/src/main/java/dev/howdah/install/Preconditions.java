package dev.howdah.install;

import dev.howdah.core.WingSql;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** What must hold before anything is changed, asked of the database in one look. */
final class Preconditions {

    static final int OLDEST = 140000;
    static final String NO_SCHEMA =
            "no schema to install into: none that the search_path names exists, or none may be used";

    private static final String LOOK = """
            select current_setting('server_version') as version,
                   current_setting('server_version_num')::int as version_num,
                   pg_is_in_recovery() as standby,
                   quote_ident(current_user) as me,
                   quote_ident(current_database()) as db,
                   target.name as schema,
                   quote_ident(target.name) as quoted_schema,
                   has_schema_privilege(target.name, 'create') as may_create_in_schema,
                   howdah.oid is not null as has_howdah,
                   coalesce(has_schema_privilege(howdah.oid, 'create') and has_schema_privilege(howdah.oid, 'usage'),
                            false) as may_use_howdah,
                   exists (select from pg_class where relnamespace = howdah.oid) as howdah_in_use,
                   history.oid is not null as has_history,
                   coalesce(pg_has_role(history.relowner, 'usage'), true) as owns_history,
                   quote_ident(pg_get_userbyid(history.relowner)) as installer,
                   has_database_privilege(current_database(), 'create') as may_create_schema,
                   (select rolsuper or rolcreaterole from pg_roles where rolname = current_user) as may_create_role
              from (select %s as name) as target
              left join pg_namespace howdah on howdah.nspname = 'howdah'
              left join pg_class history
                     on history.relnamespace = howdah.oid and history.relname = 'history'
            """.formatted(Preparation.SCHEMA);

    private static final String MISSING_ROLES = """
            select quote_ident(role)
              from unnest(?::text[]) as wanted (role)
             where not exists (select from pg_roles where rolname = role)""";

    private final String schema;
    private final String searchPath;
    private final boolean installed;

    private Preconditions(ResultSet row) throws SQLException {
        schema = row.getString("schema");
        searchPath = row.getString("quoted_schema") + ", pg_temp";
        installed = row.getBoolean("has_history");
    }

    /** @throws InstallException if the version, the schema or the rights do not allow an installation */
    static Preconditions check(Connection connection, List<WingSql> wings) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(LOOK);
                ResultSet row = statement.executeQuery()) {
            row.next();
            checkServer(row);
            checkSchemas(row);
            checkRights(row, missingRoles(connection, wings));
            return new Preconditions(row);
        }
    }

    /** As {@link #check}, but asks for no right to install. */
    static Preconditions forUninstall(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(LOOK);
                ResultSet row = statement.executeQuery()) {
            row.next();
            checkSchemas(row);
            return new Preconditions(row);
        }
    }

    /** Where the wings without a schema of their own go. */
    String schema() {
        return schema;
    }

    /** The schema and nothing else, quoted, as every script runs with it. */
    String searchPath() {
        return searchPath;
    }

    /** Whether there is a history already. */
    boolean installed() {
        return installed;
    }

    private static void checkServer(ResultSet row) throws SQLException {
        if (row.getInt("version_num") < OLDEST) {
            throw new InstallException(
                    "PostgreSQL %s is too old: Howdah runs on 14 and later".formatted(row.getString("version")));
        }
        if (row.getBoolean("standby")) {
            throw new InstallException("this server is a standby and takes no changes: install on the primary");
        }
    }

    private static void checkSchemas(ResultSet row) throws SQLException {
        if (row.getString("schema") == null) {
            throw new InstallException(NO_SCHEMA);
        }
        if (!row.getBoolean("has_history") && row.getBoolean("howdah_in_use")) {
            throw new InstallException("schema howdah holds tables that are not Howdah's: rename it");
        }
        if (!row.getBoolean("owns_history")) {
            throw new InstallException(
                    "Howdah was installed here by role %s: connect as that role, or as a member of it"
                            .formatted(row.getString("installer")));
        }
    }

    private static void checkRights(ResultSet row, List<String> missingRoles) throws SQLException {
        String me = row.getString("me");
        List<String> missing = new ArrayList<>();
        if (!row.getBoolean("has_howdah") && !row.getBoolean("may_create_schema")) {
            missing.add("create schema howdah authorization %s;".formatted(me));
        } else if (row.getBoolean("has_howdah") && !row.getBoolean("may_use_howdah")) {
            missing.add("grant usage, create on schema howdah to %s;".formatted(me));
        }
        if (!row.getBoolean("may_create_in_schema")) {
            missing.add("grant create on schema %s to %s;".formatted(row.getString("quoted_schema"), me));
        }
        if (!row.getBoolean("may_create_role")) {
            missingRoles.forEach(role -> missing.add("create role %s nologin;".formatted(role)));
        }
        if (!missing.isEmpty()) {
            throw new InstallException(
                    "role %s may not install here; a DBA has to run this in database %s first"
                            .formatted(me, row.getString("db")),
                    missing);
        }
    }

    private static List<String> missingRoles(Connection connection, List<WingSql> wings) throws SQLException {
        Object[] roles = wings.stream().flatMap(wing -> wing.roles().stream()).toArray();
        List<String> missing = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(MISSING_ROLES)) {
            statement.setArray(1, connection.createArrayOf("text", roles));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    missing.add(rows.getString(1));
                }
            }
        }
        return missing;
    }
}
