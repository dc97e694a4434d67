package dev.howdah.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Requests run with the role of their token, and nothing of it stays on the connection. */
class RolesTest {

    @AutoClose
    static final RunningGateway gateway = RunningGateway.ofApi(GatewaySettings.defaults()
            .withTokens(new TokenSettings(
                    Optional.of(TokenKeys.of(Tokens.SECRET)), Optional.of("nobody_in_particular"), Optional.empty()))
            .withPreRequest(Optional.of("api.check_request")));

    @BeforeAll
    static void roles() {
        gateway.database.run("""
                create role clerk_of_gateway;
                create role nobody_in_particular;
                create role stranger_to_gateway;
                grant clerk_of_gateway, nobody_in_particular to howdah;
                revoke stranger_to_gateway from howdah;
                grant usage on schema api, other to clerk_of_gateway, nobody_in_particular;
                revoke execute on all functions in schema api from public;
                grant execute on all functions in schema api to clerk_of_gateway;
                grant select, insert on api.elephants to clerk_of_gateway;
                grant execute on function api.who(), api.hello(), api.setting(text) to nobody_in_particular;
                create function api.check_request() returns void language plpgsql as $$
                begin
                    if current_setting('request.headers')::json ->> 'x-refuse' is not null then
                        raise sqlstate 'PT451' using message = 'refused before the call';
                    end if;
                    perform set_config('response.headers', '[{"X-Checked": "yes"}]', true);
                end $$;
                create function api.leave_role() returns void language plpgsql as $$
                begin
                    perform set_config('role', 'clerk_of_gateway', false), set_config('search_path', 'other', false);
                end $$;
                grant execute on function api.check_request() to nobody_in_particular, clerk_of_gateway;
                grant execute on function api.leave_role() to clerk_of_gateway;
                create table api.late (n int);
                grant select, insert on api.late to clerk_of_gateway;
                create function api.note_late() returns trigger language plpgsql as $$
                begin
                    raise sqlstate 'PT409' using message = 'refused at commit by ' || current_user;
                end $$;
                create constraint trigger late after insert on api.late deferrable initially deferred
                    for each row execute function api.note_late();
                create function api.add_late() returns int language sql as 'insert into api.late values (1) returning n';
                grant execute on function api.add_late(), api.note_late() to clerk_of_gateway;
                revoke execute on function api.add_late(), api.leave_role(), api.note_late() from public;
                notify pgrst""");
    }

    /** Roles are the server's, which other tests share. */
    @AfterAll
    static void noRoles() {
        gateway.database.run("""
                drop owned by clerk_of_gateway, nobody_in_particular;
                drop role clerk_of_gateway, nobody_in_particular, stranger_to_gateway""");
    }

    @Test
    void theTokensRoleCallsAndOnlyThen() {
        String clerk = Tokens.bearerFor("clerk_of_gateway");
        for (int i = 0; i < 12; i++) {
            assertThat(gateway.call("GET", "/rpc/who", "", clerk).body()).isEqualTo("\"clerk_of_gateway\"");
            assertThat(gateway.get("/rpc/who").body()).isEqualTo("\"nobody_in_particular\"");
            assertThat(gateway.call("GET", "/rpc/add?a=1", "", clerk).body()).isEqualTo("11");
            Answer anonymous = gateway.get("/rpc/add?a=1").isError(401, "42501");
            assertThat(anonymous.header("WWW-Authenticate")).isEqualTo("Bearer");
            gateway.call("POST", "/rpc/gone", "{\"minimum\": 1}", clerk).isError(403, "42501");
            gateway.call("GET", "/rpc/who", "", Tokens.bearerFor("stranger_to_gateway"))
                    .isError(403, "42501");
            gateway.call("GET", "/rpc/who", "", Tokens.bearerFor("not there")).isError(401, "22023");
        }
    }

    @Test
    void noConnectionKeepsARole() throws SQLException {
        String clerk = Tokens.bearerFor("clerk_of_gateway");
        for (int i = 0; i < 12; i++) {
            assertThat(gateway.call("POST", "/rpc/leave_role", "{}", clerk).status())
                    .isEqualTo(204);
            gateway.get("/rpc/add?a=1").isError(401, "42501");
            assertThat(gateway.get("/rpc/who").body()).isEqualTo("\"nobody_in_particular\"");
            gateway.call("POST", "/rpc/fails", "{\"state\": \"P0001\"}", clerk).isError(400, "P0001");
        }
        try (Connection one = gateway.pool().getConnection();
                Statement statement = one.createStatement();
                var row = statement.executeQuery("select current_setting('request.jwt.claims', true)")) {
            row.next();
            assertThat(row.getString(1)).isNullOrEmpty();
        }
    }

    @Test
    void theFunctionSeesTheClaims() {
        String claims = "{\"role\": \"clerk_of_gateway\", \"sub\": \"caf\u00e9\", \"n\": [1, {}]}";

        assertThat(gateway.call("GET", "/rpc/setting?name=request.jwt.claims", "", Tokens.bearer(claims))
                        .json()
                        .stringValue())
                .isEqualTo(claims);
        assertThat(gateway.get("/rpc/setting?name=request.jwt.claims").json().stringValue())
                .isEqualTo("{\"role\":\"nobody_in_particular\"}");
    }

    @Test
    void aPreRequestFunctionMayRefuseAndSetHeaders() {
        assertThat(gateway.get("/rpc/hello").header("X-Checked")).isEqualTo("yes");
        gateway.call("GET", "/rpc/hello", "", "X-Refuse: please").isError(451, "PT451");
    }

    @Test
    void whatIsCheckedAtCommitIsAnErrorAndTheCallersOwn() {
        String clerk = Tokens.bearerFor("clerk_of_gateway");
        for (int i = 0; i < 8; i++) {
            gateway.call("POST", "/rpc/add_late", "{}", clerk)
                    .isError(409, "PT409")
                    .saying("refused at commit by clerk_of_gateway");
        }
        assertThat(gateway.database.value("select count(*) from api.late")).isEqualTo("0");
    }

    @Test
    void theDescriptionShowsWhatTheCallerMayCall() {
        Answer anonymous = gateway.get("/");
        assertThat(anonymous.contentType()).isEqualTo("application/openapi+json;charset=utf-8");
        assertThat(anonymous.json().get("swagger").stringValue()).isEqualTo("2.0");
        assertThat(anonymous.json().get("paths").propertyNames())
                .containsExactlyInAnyOrder("/rpc/check_request", "/rpc/hello", "/rpc/setting", "/rpc/who");

        Answer clerk = gateway.call("GET", "/", "", Tokens.bearerFor("clerk_of_gateway"), "Accept: application/json");
        var add = clerk.json().get("paths").get("/rpc/add");
        assertThat(add.get("post").get("summary").stringValue()).isEqualTo("Adds two numbers");
        assertThat(add.get("post").get("parameters").get(0).get("schema").toString())
                .isEqualTo("{\"type\":\"object\",\"required\":[\"a\"],\"properties\":{"
                        + "\"a\":{\"type\":\"integer\",\"format\":\"integer\"},"
                        + "\"b\":{\"type\":\"integer\",\"format\":\"integer\"}}}");
        assertThat(add.get("get").get("parameters").get(1).get("required").booleanValue())
                .isFalse();
        assertThat(clerk.json().get("paths").get("/rpc/born").has("get")).isFalse();
        gateway.call("GET", "/", "", "Accept: text/html").isError(406, "PGRST107");
        gateway.call("GET", "/", "", "Accept-Profile: nope").isError(406, "PGRST106");
    }
}
