package dev.howdah.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the change capture triggers write: case by case as it was observed with PgQ, and where it differs on purpose. */
class CaptureTest {

    @AutoClose
    static final TestDatabase database = TestDatabase.installed();

    @BeforeAll
    static void createQueue() {
        database.run("select pgque.create_queue('q')");
    }

    static Stream<CaptureCase> observed() {
        return CaptureCase.all("capture-cases.txt");
    }

    static Stream<CaptureCase> different() {
        return CaptureCase.all("capture-differences.txt");
    }

    @ParameterizedTest
    @MethodSource({"observed", "different"})
    void pgqueWritesTheseEvents(CaptureCase example) throws SQLException {
        assertThat(outcome(example.inSchema("pgque"))).isEqualTo(example.outcome());
    }

    @ParameterizedTest
    @MethodSource("observed")
    void pgqWritesTheSame(CaptureCase example) throws SQLException {
        assertThat(outcome(example.inSchema("pgq"))).isEqualTo(example.outcome());
    }

    @Test
    void anEventIsThereOnlyIfTheChangeIs() throws SQLException {
        List<String> outcome = outcome(List.of(
                "create table t (id int primary key)",
                "create trigger x after insert on t for each row execute function pgque.logutriga('q')",
                "begin; insert into t values (1); rollback",
                "begin; savepoint a; insert into t values (2); rollback to a; insert into t values (3); commit"));

        assertThat(outcome).containsExactly("[\"I:id\", \"id=3\", \"shop.t\", null, null, null]");
    }

    /** What a transaction knows of a table must not outlive what it does to the table itself. */
    @Test
    void aTransactionThatAltersTheTableSeesItAsItIs() throws SQLException {
        List<String> outcome = outcome(List.of(
                "create table t (id int primary key, a int)",
                "create trigger x after insert or update on t for each row execute function pgque.logutriga('q')",
                "begin; insert into t values (1, 1); alter table t add b int; update t set b = 2;"
                        + " savepoint s; alter table t rename a to c; insert into t values (9, 9); rollback to s;"
                        + " alter table t rename a to d; update t set b = 3; alter table t rename d to a;"
                        + " update t set b = 4; alter table t drop a; update t set b = 5;"
                        + " alter table t drop constraint t_pkey; alter table t add primary key (id, b);"
                        + " insert into t values (6, 6); commit"));

        assertThat(outcome)
                .extracting(event -> event.replaceAll("\", \"shop.*|[\\[\"]", ""))
                .containsExactly(
                        "I:id, id=1&a=1",
                        "U:id, id=1&a=1&b=2",
                        "U:id, id=1&d=1&b=3",
                        "U:id, id=1&a=1&b=4",
                        "U:id, id=1&b=5",
                        "I:id,b, id=6&b=6");
    }

    /** An expression has the rights of whoever writes the table, so a trigger lends nobody another's. */
    @ParameterizedTest
    @ValueSource(strings = {"pgque_writer", "pgq_writer", "pgque_admin", "pgq_admin"})
    void aWriterWritesACapturedTableAsItself(String role) throws SQLException {
        TestLogin login = TestLogin.memberOf(role, database);
        captureForEveryone("pgque");

        List<String> result = new ArrayList<>();
        try (Connection connection = login.dataSource().getConnection()) {
            for (String change : List.of(
                    "insert into shop.t values (1, 'a b', 1)",
                    "insert into shop.t values (1, 'a', 1); update shop.t set n = 1.0; delete from shop.t",
                    "truncate shop.t")) {
                result.add(TestLogin.tried(connection, change));
            }
            connection.setAutoCommit(true);
            try (Statement statement = connection.createStatement()) {
                statement.execute("insert into shop.t values (2, 'c', 2)");
            }
        }

        assertThat(result).containsOnly(TestLogin.DONE);
        assertThat(database.column("select ev_extra3 from pgque.event_1 order by ev_id desc limit 3"))
                .containsOnly(login.name());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "pgque_reader", "pgq_reader"})
    void whoMayNotWriteEventsMayNotChangeACapturedTable(String role) throws SQLException {
        TestLogin login = role.isEmpty() ? TestLogin.ofNoRole(database) : TestLogin.memberOf(role, database);
        captureForEveryone("pgq");

        try (Connection connection = login.dataSource().getConnection()) {
            assertThat(TestLogin.tried(connection, "insert into shop.t values (1, 'a', 1)"))
                    .isEqualTo(TestLogin.DENIED);
        }
    }

    private static void captureForEveryone(String schema) {
        database.run("""
                drop schema if exists shop cascade;
                create schema shop;
                grant usage on schema shop to public;
                create table shop.t (id int primary key, s text, n numeric);
                grant all on shop.t to public;
                create trigger x after insert or update or delete on shop.t
                    for each row execute function %1$s.logutriga('q', 'backup', 'ev_extra3=current_user');
                create trigger y after insert or update or delete on shop.t
                    for each row execute function %1$s.jsontriga('q', 'backup', 'ev_extra3=current_user');
                create trigger z after insert or update or delete on shop.t
                    for each row execute function %1$s.sqltriga('q', 'when=n > 0', 'ev_extra3=current_user');
                create trigger t after truncate on shop.t execute function %1$s.sqltriga('q');
                """.formatted(schema));
    }

    /** The events and errors of statements that run one by one on one connection. */
    private static List<String> outcome(List<String> statements) throws SQLException {
        List<String> outcome = new ArrayList<>();
        try (Connection connection = database.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("drop schema if exists shop cascade; create schema shop; set search_path = shop;"
                    + " set timezone = 'UTC'; set datestyle = 'ISO, MDY'");
            String events = "pgque.event_" + database.value("select queue_id from pgque.queue");
            long last = Long.parseLong(database.value("select coalesce(max(ev_id), 0) from " + events));
            for (String sql : statements) {
                try {
                    statement.execute(sql);
                } catch (SQLException e) {
                    outcome.add("! "
                            + e.getMessage().lines().findFirst().orElseThrow().replaceFirst("^ERROR: ", ""));
                }
                try (ResultSet rows = statement.executeQuery(
                        "select ev_id, json_build_array(ev_type, ev_data, ev_extra1, ev_extra2, ev_extra3, ev_extra4)::text"
                                + " from " + events + " where ev_id > " + last + " order by ev_id")) {
                    while (rows.next()) {
                        last = rows.getLong(1);
                        outcome.add(rows.getString(2));
                    }
                }
            }
        }
        return outcome;
    }
}
