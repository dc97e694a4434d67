package dev.howdah.install;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** What must hold before anything is changed, asked of the database in one look. */
final class Preconditions {

    private static final int OLDEST = 140000;

    private static final String LOOK = """
            select current_setting('server_version') as version,
                   current_setting('server_version_num')::int as version_num,
                   pg_is_in_recovery() as standby,
                   quote_ident(current_user) as me,
                   quote_ident(current_database()) as db,
                   current_schema() as schema,
                   quote_ident(current_schema()) as quoted_schema,
                   has_schema_privilege(current_schema(), 'create') as may_create_in_schema,
                   exists (select from pg_namespace where nspname = 'howdah') as has_howdah,
                   coalesce((select has_schema_privilege(oid, 'create') and has_schema_privilege(oid, 'usage')
                               from pg_namespace where nspname = 'howdah'), false) as may_use_howdah,
                   has_database_privilege(current_database(), 'create') as may_create_schema,
                   (select rolsuper or rolcreaterole from pg_roles where rolname = current_user) as may_create_role""";

    private static final String MISSING_ROLES = """
            select quote_ident(role)
              from unnest(?::text[]) as wanted (role)
             where not exists (select from pg_roles where rolname = role)""";

    private final List<String> missingRights = new ArrayList<>();
    private String schema = "";
    private List<String> rolesToCreate = List.of();

    private Preconditions() {}

    /** @throws InstallException if the version, the schema or the rights do not allow an installation */
    static Preconditions check(Connection connection, List<String> roles) throws SQLException {
        Preconditions found = new Preconditions();
        found.look(connection, roles);
        return found;
    }

    /** Where the wings without a schema of their own go: the connection's current schema. */
    String schema() {
        return schema;
    }

    /** Roles that are missing and can be created, quoted. */
    List<String> rolesToCreate() {
        return rolesToCreate;
    }

    private void look(Connection connection, List<String> roles) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(LOOK);
                ResultSet row = statement.executeQuery()) {
            row.next();
            if (row.getInt("version_num") < OLDEST) {
                throw new InstallException(
                        "PostgreSQL %s is too old: Howdah runs on 14 and later".formatted(row.getString("version")));
            }
            if (row.getBoolean("standby")) {
                throw new InstallException("this server is a standby and takes no changes: install on the primary");
            }
            if (row.getString("schema") == null) {
                throw new InstallException(
                        "no schema to install into: none that the search_path names exists, or none may be used");
            }
            schema = row.getString("schema");
            rolesToCreate = missing(connection, roles);
            collectMissingRights(row);
        }
    }

    private void collectMissingRights(ResultSet row) throws SQLException {
        String me = row.getString("me");
        String db = row.getString("db");
        if (!row.getBoolean("has_howdah") && !row.getBoolean("may_create_schema")) {
            missingRights.add("create schema howdah authorization %s;".formatted(me));
        } else if (row.getBoolean("has_howdah") && !row.getBoolean("may_use_howdah")) {
            missingRights.add("grant usage, create on schema howdah to %s;".formatted(me));
        }
        if (!row.getBoolean("may_create_in_schema")) {
            missingRights.add("grant create on schema %s to %s;".formatted(row.getString("quoted_schema"), me));
        }
        if (!row.getBoolean("may_create_role")) {
            rolesToCreate.forEach(role -> missingRights.add("create role %s nologin;".formatted(role)));
        }
        if (!missingRights.isEmpty()) {
            throw new InstallException(
                    "role %s may not install here; a DBA has to run this in database %s first".formatted(me, db),
                    missingRights);
        }
    }

    private static List<String> missing(Connection connection, List<String> roles) throws SQLException {
        List<String> missing = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(MISSING_ROLES)) {
            statement.setArray(1, connection.createArrayOf("text", roles.toArray()));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    missing.add(rows.getString(1));
                }
            }
        }
        return missing;
    }
}
