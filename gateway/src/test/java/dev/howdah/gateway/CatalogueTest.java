package dev.howdah.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.howdah.core.Transactions;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Functions come, change and go while the gateway runs. */
class CatalogueTest {

    private static final String PATH = "/rpc/work";

    @AutoClose
    static final RunningGateway gateway = RunningGateway.onOneConnection("work", "odd \"name\"/1");

    @BeforeEach
    void noFunction() {
        gateway.database.run("""
                do $$ declare f regprocedure; begin
                    for f in select oid from pg_proc where proname in ('work', 'hidden', 'odd "name"/1') loop
                        execute 'drop function ' || f;
                    end loop;
                end $$;
                notify pgrst""");
        await().until(() -> call("{}").status() == 404);
    }

    @Test
    void aFunctionThatIsInstalledLaterIsFound() {
        call("{}").isError(404, "PGRST202");

        gateway.database.run("create function work() returns int language sql as 'select 1'");

        await().untilAsserted(() -> assertThat(call("{}").body()).isEqualTo("1"));
    }

    @Test
    void aFunctionThatIsDroppedIsGoneAtOnce() {
        gateway.database.run("create function work(a int) returns int language sql as 'select a'");
        await().until(() -> call("{\"a\": 1}").body().equals("1"));

        gateway.database.run("drop function work(int)");

        call("{\"a\": 1}").isError(404, "PGRST202");
    }

    @Test
    void aFunctionThatIsReplacedIsCalledAsItIsNow() {
        gateway.database.run("create function work(a int) returns int language sql as 'select a'");
        await().until(() -> call("{\"a\": 1}").body().equals("1"));
        for (int i = 0; i < 10; i++) { // until PostgreSQL has a plan at hand
            assertThat(call("{\"a\": 1}").body()).isEqualTo("1");
        }

        gateway.database.run("create or replace function work(a int) returns int language sql as 'select a + 1'");
        assertThat(call("{\"a\": 1}").body()).isEqualTo("2");

        gateway.database.run("drop function work(int)");
        gateway.database.run("create function work(a text) returns text language sql as 'select a || ''!'''");
        assertThat(call("{\"a\": 1}").body()).isEqualTo("\"1!\"");

        gateway.database.run("drop function work(text)");
        gateway.database.run("create function work(a text, b int default 2) returns json"
                + " language sql as 'select json_build_array(a, b)'");
        assertThat(call("{\"a\": 1}").body()).isEqualTo("[\"1\", 2]");
        await().untilAsserted(
                        () -> assertThat(call("{\"a\": 1, \"b\": 3}").body()).isEqualTo("[\"1\", 3]"));
    }

    @Test
    void twoThatFitAreOneTooMany() {
        gateway.database.run("create function work(a int) returns int language sql as 'select a'");
        await().until(() -> call("{\"a\": 1}").body().equals("1"));
        gateway.database.run("create function work(a text) returns int language sql as 'select 2'");
        gateway.database.run("create function work(b bigint) returns int language sql as 'select 3'");

        await().untilAsserted(() -> call("{\"a\": 1}").isError(300, "PGRST203"));
        assertThat(call("{\"b\": 1}").body()).isEqualTo("3");
    }

    @Test
    void aNotificationHasTheDatabaseAskedAtOnce() {
        gateway.database.run("create function work() returns int language sql as 'select 1'");
        await().until(() -> call("{}").body().equals("1"));
        gateway.database.run("drop function work()");
        gateway.database.run("create function work() returns setof int language sql as 'select 2'");

        gateway.database.run("notify pgrst, 'reload schema'");

        await().untilAsserted(() -> assertThat(call("{}").body()).isEqualTo("[2]"));
    }

    @Test
    void anErrorInsideIsNotTakenForAMissingFunction() {
        gateway.database.run("""
                create function work() returns int language plpgsql as $$
                begin return not_there(1); end $$""");

        await().untilAsserted(() -> call("{}").isError(404, "42883").saying("function not_there(integer)"));
    }

    @Test
    void whatIsNotExposedOrCantBeAnsweredIsNotThere() {
        gateway.database.run("create function hidden() returns int language sql as 'select 1'");
        gateway.post("/rpc/hidden", "application/json", "{}").isError(404, "PGRST202");
        gateway.post("/rpc/now", "application/json", "{}").isError(404, "PGRST202");
        for (String create : List.of(
                "function work(a anyelement) returns int language sql as 'select 1'",
                "function work() returns trigger language plpgsql as 'begin return null; end'",
                "procedure work() language sql as ''",
                "aggregate work(int) (sfunc = int4pl, stype = int)")) {
            gateway.database.run("create " + create);
            Exposure exposure = Exposure.of(List.of("work"));
            Catalogue catalogue = new RpcCatalogue(Transactions.over(gateway.pool()), exposure).current();
            assertThat(catalogue.profile(null).overloads("work")).as(create).isEmpty();
            gateway.database.run("drop routine work");
        }
    }

    @Test
    void aStableFunctionIsReadOnlyByPostToo() {
        gateway.database.run("create table if not exists seen (n int)");
        gateway.database.run("create function work(n int) returns int stable language sql as 'select n'");
        await().until(() -> call("{\"n\": 7}").body().equals("7"));

        assertThat(gateway.get(PATH + "?n=7").body()).isEqualTo("7");
        assertThat(gateway.send(gateway.request(PATH + "?n=7").method("HEAD", BodyPublishers.noBody())))
                .satisfies(head -> {
                    assertThat(head.status()).isEqualTo(200);
                    assertThat(head.body()).isEmpty();
                });
        assertThat(gateway.send(gateway.request(PATH).method("OPTIONS", BodyPublishers.noBody()))
                        .header("Allow"))
                .isEqualTo("OPTIONS,GET,HEAD,POST");
        gateway.database.run("create or replace function work(n int) returns int stable language plpgsql as"
                + " $$ begin perform set_config('transaction_read_only', 'off', true); return n; end $$");
        call("{\"n\": 7}").isError(500, "25001");
    }

    @Test
    void namesAreNeverSqlHoweverOdd() {
        gateway.database.run("""
                create function "odd ""name""/1"("a ""b" char(3), "Select" text default 'x') returns text
                    language sql as $$ select $1 || $2 $$""");
        String path = "/rpc/odd%20%22name%22%2F1";

        await().untilAsserted(() -> assertThat(gateway.post(path, "application/json", "{\"a \\\"b\": \"123\"}")
                        .body())
                .isEqualTo("\"123x\""));
        assertThat(gateway.post(path, "application/json", "{\"a \\\"b\": \"123\", \"Select\": \"'--\"}")
                        .body())
                .isEqualTo("\"123'--\"");
        gateway.post(path, "application/json", "{\"a\\\"b\": \"1\"}").isError(404, "PGRST202");
    }

    private static Answer call(String body) {
        return gateway.post(PATH, "application/json", body);
    }
}
