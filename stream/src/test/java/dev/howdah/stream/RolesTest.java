package dev.howdah.stream;

import static dev.howdah.stream.TestLogin.DENIED;
import static dev.howdah.stream.TestLogin.DONE;
import static dev.howdah.stream.TestLogin.tried;
import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A member of each role, and of none, logs in and tries everything: what is listed for it works, nothing else does. */
class RolesTest {

    private static final String NONE = "PUBLIC";

    @AutoClose
    static final TestDatabase database = TestDatabase.installed();

    /** What PostgreSQL says to whoever would write into a view that can't be written into. */
    private static final Set<String> NO_TABLE = Set.of("55000", "42809");

    private static final Set<String> READ_BY_JAVA = Set.of("howdah_stream.subscriber", "howdah_stream.event_table");

    private static String batch;

    /** A queue with an open batch; made while whoever owns it gives all that he makes to everyone. */
    @BeforeAll
    static void fill() {
        database.run("""
                create sequence public.counter;
                grant all on sequence public.counter to public;
                alter default privileges grant all on tables to public;
                alter default privileges grant all on sequences to public;
                select pgque.create_queue('q');
                alter default privileges revoke all on tables from public;
                alter default privileges revoke all on sequences from public;
                select pgque.register_consumer('q', 'c');
                select pgque.send('q', 'payload');
                select pgque.force_tick('q')""");
        database.run("select pgque.ticker()");
        batch = database.value("select pgque.next_batch('q', 'c')");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {NONE, "pgque_reader", "pgque_writer", "pgque_admin", "pgq_reader", "pgq_writer", "pgq_admin"})
    void mayCallWhatIsListedForItAndNothingElse(String role) throws SQLException {
        Map<String, String> listed = KnownSurface.byCall(KnownSurface.lines("functions.txt", line -> true));
        List<String> wrong = new ArrayList<>();
        int works = 0;
        try (Connection connection = login(role).dataSource().getConnection()) {
            for (String installed : database.column(KnownSurface.INSTALLED)) {
                String call = KnownSurface.byCall(List.of(installed))
                        .keySet()
                        .iterator()
                        .next();
                String[] roles = listed.get(call).replaceAll(".* \\| ", "").split(",");
                boolean may = Stream.of(roles).anyMatch(rolesOf(role)::contains);
                String result = tried(connection, callOf(call, installed));
                if (may == result.equals(DENIED)) {
                    wrong.add((may ? "may not: " : "may: ") + callOf(call, installed));
                }
                works += result.equals(DONE) ? 1 : 0;
            }
        }
        assertThat(wrong).isEmpty();
        if (role.startsWith("pgque")) {
            assertThat(works).as("calls that do what they are for").isPositive();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {NONE, "pgque_reader", "pgque_writer", "pgque_admin", "pgq_reader", "pgq_writer", "pgq_admin"})
    void maySelectWhatItReadsAndWriteIntoEventTablesAtMost(String role) throws SQLException {
        List<String> wrong = new ArrayList<>();
        List<String> tables = database.column("""
                select c.oid::regclass from pg_class c
                 where c.relnamespace in ('pgque'::regnamespace, 'pgq'::regnamespace, 'howdah_stream'::regnamespace)
                   and c.relkind in ('r', 'v')""");
        assertThat(tables).contains("pgque.event_1", "pgque.event_1_2", "pgque.subscription", "pgq.consumer");
        try (Connection connection = login(role).dataSource().getConnection()) {
            for (String table : tables) {
                boolean events = table.matches("pgque\\.event_\\d+(_\\d)?");
                check(connection, "select * from " + table, maySelect(role, table, events), wrong);
                check(connection, "insert into " + table + " default values", events && mayInsert(role), wrong);
                check(connection, "delete from " + table + " where false", false, wrong);
                check(connection, "truncate " + table, false, wrong);
            }
        }
        assertThat(wrong).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"pgque_admin", "pgq_writer", "pgq_admin"})
    void whoMayCopyCan(String role) throws SQLException {
        try (Connection connection = login(role).dataSource().getConnection()) {
            assertThat(tried(connection, "insert into pgque.event_1_0 (ev_type, ev_data) values ('a', 'b')"))
                    .isEqualTo(DONE);
            assertThat(tried(connection, "insert into pgque.event_1_1 (ev_type, ev_data) values ('a', 'b')"))
                    .as("into a table that hands on what it gets")
                    .isEqualTo(DONE);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {NONE, "pgque_reader", "pgque_writer", "pgq_reader"})
    void nobodyElseWritesPastTheFunctions(String role) throws SQLException {
        try (Connection connection = login(role).dataSource().getConnection()) {
            assertThat(tried(connection, "insert into pgque.event_1 (ev_type) values ('a')"))
                    .isEqualTo(DENIED);
            assertThat(tried(connection, "select nextval('pgque.event_1_id_seq')"))
                    .isEqualTo(DENIED);
            assertThat(tried(connection, "select * from pgque.event_1_tick_seq"))
                    .isEqualTo(DENIED);
            assertThat(tried(connection, "select howdah_stream.rotate('q')")).isEqualTo(DENIED);
        }
    }

    @Test
    void theEngineItselfIsNobodys() throws SQLException {
        assertThat(database.column("""
                select p.oid::regprocedure from pg_proc p, aclexplode(coalesce(proacl, acldefault('f', proowner)))
                 where pronamespace in ('howdah_stream'::regnamespace, 'pgque'::regnamespace) and grantee = 0""")).isEmpty();
        try (Connection connection = login("pgque_admin").dataSource().getConnection()) {
            assertThat(tried(connection, "select howdah_stream.insert_raw(1, '{}')"))
                    .isEqualTo(DENIED);
            assertThat(tried(connection, "select howdah_stream.compact()")).isEqualTo(DENIED);
            assertThat(tried(connection, "insert into howdah_stream.position select * from howdah_stream.position"))
                    .isEqualTo(DENIED);
        }
    }

    @Test
    void readersAndWritersAreSiblings() {
        assertThat(database.column("""
                select member::regrole || ' in ' || roleid::regrole from pg_auth_members
                 where member in (select oid from pg_roles where rolname ~ '^(pgq|pgque)_(reader|writer|admin)$')
                 order by 1"""))
                .containsExactly(
                        "pgq_admin in pgq_reader",
                        "pgq_admin in pgq_writer",
                        "pgque_admin in pgque_reader",
                        "pgque_admin in pgque_writer");
    }

    private static TestLogin login(String role) {
        return role.equals(NONE) ? TestLogin.ofNoRole(database) : TestLogin.memberOf(role, database);
    }

    /** The role itself and those that it is a member of. */
    private static Set<String> rolesOf(String role) {
        String language = role.replaceAll("_.*", "");
        return role.endsWith("_admin")
                ? Set.of(NONE, role, language + "_reader", language + "_writer")
                : Stream.of(NONE, role).collect(Collectors.toSet());
    }

    private static boolean maySelect(String role, String table, boolean events) {
        return switch (role) {
            case "pgque_reader", "pgque_admin" -> table.startsWith("pgque.") || READ_BY_JAVA.contains(table);
            case "pgq_reader", "pgq_admin" -> table.startsWith("pgq.") || events;
            default -> false;
        };
    }

    private static boolean mayInsert(String role) {
        return Set.of("pgque_admin", "pgq_writer", "pgq_admin").contains(role);
    }

    private static void check(Connection connection, String sql, boolean may, List<String> wrong) throws SQLException {
        String result = tried(connection, sql);
        boolean right = may ? result.equals(DONE) : result.equals(DENIED) || NO_TABLE.contains(result);
        if (!right) {
            wrong.add(sql + ": " + result);
        }
    }

    /** Calls a function with arguments that make sense, as far as their names tell. */
    private static String callOf(String call, String installed) {
        String name = call.substring(0, call.indexOf('('));
        if (installed.contains(") returns trigger")) {
            // who may execute it is asked when a trigger is made
            return "create temp table captured (); create trigger x after insert on captured for each row execute function "
                    + call;
        }
        String arguments = call.substring(call.indexOf('(') + 1, call.length() - 1);
        String values = Stream.of(arguments.split(", "))
                .filter(argument -> !argument.isEmpty() && !argument.startsWith("OUT "))
                .map(argument -> argument.replaceAll(" DEFAULT .*", ""))
                .map(argument -> value(
                        argument.substring(0, argument.indexOf(' ')), argument.substring(argument.indexOf(' ') + 1)))
                .collect(Collectors.joining(", "));
        String verb = installed.contains(") procedure") ? "call " : "select * from ";
        return verb + name + "(" + values + ")";
    }

    private static String value(String name, String type) {
        String value = switch (type) {
            case "text" -> {
                if (name.contains("queue")) {
                    yield "q";
                }
                yield switch (name) {
                    case "x_consumer_id",
                            "x_consumer_name",
                            "i_consumer_name",
                            "i_consumer",
                            "x_consumer",
                            "consumer" -> "c";
                    case "x_param_name" -> "ticker_max_count";
                    case "x_param_value" -> "10";
                    case "i_extra_where" -> "true";
                    case "i_seq_name" -> "public.counter";
                    default -> "x";
                };
            }
            case "bigint" -> name.contains("batch") ? batch : "1";
            case "integer", "xid8" -> "1";
            case "boolean" -> "false";
            case "interval" -> "1 second";
            case "timestamp with time zone" -> "2030-01-01";
            case "text[]", "jsonb[]" -> "{}";
            case "jsonb" -> "{}";
            case "pgque.message" -> "(1,,,,,,,,,)";
            default -> throw new IllegalArgumentException("a type that has no example yet: " + type);
        };
        return "'%s'::%s".formatted(value, type);
    }
}
