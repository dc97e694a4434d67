package dev.howdah.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SqlStatusTest {

    @AutoClose
    static final RunningGateway gateway = RunningGateway.onOneConnection("fail");

    @BeforeAll
    static void installWhatFails() {
        gateway.database.run("""
                create function fail(state text) returns int language plpgsql as $$
                begin
                    raise exception using errcode = state, message = E'one\\ntwo', detail = 'more', hint = 'do';
                end $$""");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            P0001 | 400
            P0002 | 500
            PT402 | 402
            PT418 | 418
            PT503 | 503
            PT999 | 500
            PT100 | 500
            PTABC | 500
            08006 | 503
            53300 | 503
            53400 | 500
            57P01 | 503
            57014 | 500
            40001 | 500
            40P01 | 500
            55P03 | 500
            0A000 | 400
            0LP01 | 403
            28000 | 403
            42501 | 403
            42P01 | 404
            42P17 | 500
            21000 | 500
            23514 | 400
            23503 | 409
            25006 | 405
            22023 | 400
            XX000 | 500
            HV000 | 500
            """)
    void theStatusFollowsTheSqlState(String state, int status) {
        String body = "{\"state\": \"" + state + "\"}";

        Answer answer = gateway.post("/rpc/fail", "application/json", body).isError(status, state);

        assertThat(answer.json().get("message").stringValue()).isEqualTo("one\ntwo");
        assertThat(answer.json().get("details").stringValue()).isEqualTo("more");
        assertThat(answer.json().get("hint").stringValue()).isEqualTo("do");
    }
}
