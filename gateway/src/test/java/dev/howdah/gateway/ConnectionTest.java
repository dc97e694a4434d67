package dev.howdah.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** All requests go over one connection here: what one of them leaves behind, the next would find. */
class ConnectionTest {

    private static final String JOB = "{\"entrypoint\": \"a\", \"dedupe_key\": \"k\"}";

    @AutoClose
    static final RunningGateway gateway = RunningGateway.onOneConnection("fn_pgqueuer_enqueue");

    @BeforeEach
    void empty() {
        gateway.database.run("truncate pgqueuer");
    }

    @Test
    void nothingStaysOnTheConnection() throws SQLException {
        gateway.enqueue(JOB).id();
        List<String> before = state();

        for (int i = 0; i < 12; i++) {
            gateway.get(RunningGateway.ENQUEUE + "?entrypoint=a").isError(405, "25006");
            gateway.enqueue("{\"entrypoint\": null}").isError(400, "23502");
            gateway.enqueue(JOB).isError(409, "23505");
            gateway.enqueue("{\"entrypoint\": \"a\", \"headers\": {\"x\": \"\\u0000\"}}")
                    .isError(400, "22P05");
            gateway.enqueue("{\"entrypoint\": \"b" + i + "\"}").id();
        }

        assertThat(state()).isEqualTo(before);
        assertThat(gateway.jobs()).isEqualTo(13);
    }

    /** What an answer says is what its own function chose. */
    @Test
    void noAnswerIsWhatAnEarlierFunctionChose() {
        try (RunningGateway own = RunningGateway.onOneConnection("chooses", "void_set", "empty_set", "data")) {
            own.database.run("""
                    create function chooses() returns int language sql as $$
                        select set_config('response.status', '418', false);
                        select set_config('response.headers', '[{"Set-Cookie": "sid=A"}]', false);
                        select set_config('standard_conforming_strings', 'off', false);
                        select 1 $$""");
            own.database.run("create function void_set() returns setof void language sql as 'select pg_sleep(0)'");
            own.database.run("create function empty_set() returns setof void language sql as 'select where false'");
            own.database.run("create function data() returns table (x json) stable language sql as "
                    + "$$ select json_build_object('a' || chr(92), 1) $$");
            own.database.run("notify pgrst");
            assertThat(own.post("/rpc/chooses", "application/json", "{}").status())
                    .isEqualTo(418);
            for (String function : List.of("void_set", "empty_set")) {
                Answer answer = own.post("/rpc/" + function, "application/json", "{}");
                assertThat(answer.status()).as(answer.body()).isEqualTo(204);
                assertThat(answer.header("Set-Cookie")).isEqualTo("(none)");
            }
            assertThat(own.get("/rpc/data?select=b:x-%3E%3E%22a%5C%5C%22").body())
                    .as("a key that ends with a backslash, whatever strings mean by now")
                    .isEqualTo("[{\"b\":\"1\"}]");
        }
    }

    /** Session, settings, transaction, locks, temporary tables, channels. */
    private static List<String> state() throws SQLException {
        try (Connection connection = gateway.pool().getConnection();
                Statement statement = connection.createStatement()) {
            assertThat(connection.getAutoCommit()).isTrue();
            assertThat(connection.isReadOnly()).isFalse();
            var rows = statement.executeQuery("""
                    select array_to_string(array[
                        pg_backend_pid()::text,
                        (select string_agg(name || '=' || setting, ' ' order by name) from pg_settings),
                        (select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid())::text,
                        pg_my_temp_schema()::text,
                        (select count(*) from pg_listening_channels())::text], '|')""");
            rows.next();
            return List.of(rows.getString(1).split("[| ]"));
        }
    }

    @Test
    void aCallThatGetsNoConnectionInTimeIsToldToComeAgain() throws SQLException {
        gateway.enqueue("{\"entrypoint\": \"a\"}").id();
        try (Connection taken = gateway.pool().getConnection()) {
            assertThat(taken.isClosed()).isFalse();
            gateway.enqueue(JOB).isError(504, "PGRST003").saying("Timed out acquiring connection");
        }
        gateway.enqueue(JOB).id();
        assertThat(gateway.jobs()).isEqualTo(2);
    }

    @Test
    void aCallThatIsCancelledLeavesNoJob() throws SQLException, ExecutionException, InterruptedException {
        Answer answer = whileWaiting("pg_cancel_backend");

        answer.isError(500, "57014").saying("canceling statement due to user request");
        gateway.enqueue(JOB).id();
        assertThat(gateway.jobs()).isEqualTo(1);
    }

    @Test
    void aCallWhoseConnectionIsCutLeavesNoJob() throws SQLException, ExecutionException, InterruptedException {
        Answer answer = whileWaiting("pg_terminate_backend");

        answer.isError(503, "57P01").saying("terminating connection");
        gateway.enqueue(JOB).id();
        assertThat(gateway.jobs()).isEqualTo(1);
    }

    /** Lets a call wait for a job with the same dedupe key that is never committed, and ends it there. */
    private static Answer whileWaiting(String end) throws SQLException, ExecutionException, InterruptedException {
        String waiting = """
                from pg_stat_activity
                where datname = current_database() and wait_event_type = 'Lock' and query like '%json_to_record%'""";
        try (Connection blocker = gateway.database.dataSource().getConnection();
                Statement statement = blocker.createStatement()) {
            blocker.setAutoCommit(false);
            statement.execute("select fn_pgqueuer_enqueue('b', dedupe_key => 'k')");
            CompletableFuture<Answer> call = CompletableFuture.supplyAsync(() -> gateway.enqueue(JOB));
            await().until(() ->
                    gateway.database.value("select count(*) " + waiting).equals("1"));
            gateway.database.column("select " + end + "(pid) " + waiting);
            Answer answer = call.get();
            blocker.rollback();
            return answer;
        }
    }
}
