package dev.howdah.gateway;

import static dev.howdah.gateway.RunningGateway.ENQUEUE;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What PGQueuer's function answers behind PostgREST, and what ours refuses besides. */
class SeedAnswersTest {

    @AutoClose
    static final RunningGateway gateway = RunningGateway.start();

    @BeforeEach
    void empty() {
        gateway.database.run("truncate pgqueuer, pgqueuer_log");
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', delimiter = '|', textBlock = """
            a backslash that starts no hex       | 400 | 22P02    | {"entrypoint": "a", "payload": "\\\\q"}
            hex of odd length                    | 400 | 22023    | {"entrypoint": "a", "payload": "\\\\x123"}
            entrypoint missing                   | 404 | PGRST202 | {"priority": 1}
            nothing given                        | 404 | PGRST202 | {}
            unknown key                          | 404 | PGRST202 | {"entrypoint": "a", "delay": 1}
            another case is another key          | 404 | PGRST202 | {"Entrypoint": "a"}
            null entrypoint                      | 400 | 23502    | {"entrypoint": null}
            null priority                        | 400 | 23502    | {"entrypoint": "a", "priority": null}
            null delay                           | 400 | 23502    | {"entrypoint": "a", "execute_after": null}
            no int                               | 400 | 22P02    | {"entrypoint": "a", "priority": "high"}
            no whole int                         | 400 | 22P02    | {"entrypoint": "a", "priority": 1.5}
            int too large                        | 400 | 22003    | {"entrypoint": "a", "priority": 2147483648}
            int far too large                    | 400 | 22003    | {"entrypoint": "a", "priority": 99999999999999999999999}
            int with an exponent                 | 400 | 22P02    | {"entrypoint": "a", "priority": 1e400}
            int as an object                     | 400 | 22P02    | {"entrypoint": "a", "priority": {}}
            bad interval                         | 400 | 22007    | {"entrypoint": "a", "execute_after": "soon"}
            empty interval                       | 400 | 22007    | {"entrypoint": "a", "execute_after": ""}
            negative interval                    | 400 | 22023    | {"entrypoint": "a", "execute_after": "-1 s"}
            long interval                        | 400 | 22023    | {"entrypoint": "a", "execute_after": "101 years"}
            absurd interval                      | 400 | 22015    | {"entrypoint": "a", "execute_after": "99999999999 years"}
            empty entrypoint                     | 400 | 22023    | {"entrypoint": ""}
            headers an array                     | 400 | 22023    | {"entrypoint": "a", "headers": []}
            headers a string                     | 400 | 22023    | {"entrypoint": "a", "headers": "{}"}
            headers a number                     | 400 | 22023    | {"entrypoint": "a", "headers": 1}
            NUL in text                          | 400 | 22P05    | {"entrypoint": "a\\u0000"}
            NUL in headers                       | 400 | 22P05    | {"entrypoint": "a", "headers": {"a": "\\u0000"}}
            half a character                     | 400 | 22P02    | {"entrypoint": "\\ud800"}
            half a character in headers          | 400 | 22P02    | {"entrypoint": "a", "headers": {"a": "\\udc00x"}}
            a number too huge for headers        | 400 | 22003    | {"entrypoint": "a", "headers": {"a": 1e400000}}
            """)
    void refuses(String what, int status, String code, String body) {
        gateway.enqueue(body).isError(status, code);

        assertThat(gateway.jobs()).as(what).isZero();
        assertThat(gateway.database.value("select count(*) from pgqueuer_log")).isEqualTo("0");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"entrypoint\": \"a\"}",
                " [{\"entrypoint\": \"a\"}, {\"x\": 2}, 3] ",
                "{\"entrypoint\": \"a\", \"payload\": null, \"dedupe_key\": null, \"headers\": null}",
                "{\"entrypoint\": \"a\", \"priority\": \"7\"}",
                "{\"entrypoint\": \"b\", \"entrypoint\": \"a\"}",
                "{\"entrypoint\": \"a\", \"execute_after\": \"P1DT1H\"}",
                "{\"entrypoint\": \"a\", \"headers\": {\"n\": 12345678901234567890.123456789012345678901234567890}}"
            })
    void takes(String body) {
        long id = gateway.enqueue(body).id();

        assertThat(gateway.database.value("select entrypoint from pgqueuer where id = " + id))
                .isEqualTo("a");
    }

    @Test
    void aSecondJobWithTheSameDedupeKeyIsAConflict() {
        String body = "{\"entrypoint\": \"a\", \"dedupe_key\": \"k\"}";
        gateway.enqueue(body).id();

        Answer second = gateway.enqueue(body).isError(409, "23505").saying("pgqueuer_unique_dedupe_key");

        assertThat(second.json().get("details").stringValue()).isEqualTo("Key (dedupe_key)=(k) already exists.");
        assertThat(gateway.jobs()).isEqualTo(1);
    }

    @Test
    void aGetMayNotWrite() {
        Answer answer = gateway.get(ENQUEUE + "?entrypoint=a").isError(405, "25006");

        answer.saying("cannot execute INSERT in a read-only transaction");
        assertThat(gateway.send(gateway.request(ENQUEUE + "?entrypoint=a").method("HEAD", BodyPublishers.noBody())))
                .satisfies(head -> {
                    assertThat(head.status()).isEqualTo(405);
                    assertThat(head.body()).isEmpty();
                    assertThat(head.contentType()).isEqualTo("application/json;charset=utf-8");
                });
        assertThat(gateway.jobs()).isZero();
    }

    @Test
    void theHintNamesTheFunctionThatIsThere() {
        Answer answer = gateway.enqueue("{\"b\": 1, \"a\": 2}").isError(404, "PGRST202");

        answer.saying("Could not find the function public.fn_pgqueuer_enqueue(a, b) in the schema cache");
        assertThat(answer.json().get("hint").stringValue())
                .endsWith("public.fn_pgqueuer_enqueue"
                        + "(entrypoint, payload, priority, execute_after, dedupe_key, headers)");
    }

    @Test
    void whoMayNotIsForbidden() {
        String role = gateway.database.value("select current_user");
        String function = "function fn_pgqueuer_enqueue(text, bytea, int, interval, text, jsonb)";
        gateway.database.run("revoke execute on " + function + " from " + role);
        try {
            gateway.enqueue("{\"entrypoint\": \"a\"}")
                    .isError(403, "42501")
                    .saying("permission denied for function fn_pgqueuer_enqueue");
        } finally {
            gateway.database.run("grant execute on " + function + " to " + role);
        }
        gateway.enqueue("{\"entrypoint\": \"a\"}").id();
    }

    @Test
    void aFormIsTextInPostgresOwnSyntax() {
        long id = gateway.post(
                        ENQUEUE,
                        "Application/X-WWW-Form-Urlencoded; charset=utf-8",
                        "entrypoint=b&entrypoint=caf%C3%A9+%2B1&priority=3&payload=%5Cx6869&headers=%7B%22a%22%3A1%7D"
                                + "&execute_after=10+seconds&dedupe_key=")
                .id();

        assertThat(gateway.database.value("""
                select format('%s|%s|%s|%s|%s|%s', entrypoint, priority, convert_from(payload, 'utf8'), headers,
                              execute_after - created, dedupe_key = '')
                  from pgqueuer where id =\s""" + id)).isEqualTo("café +1|3|hi|{\"a\": 1}|00:00:10|t");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            400 | PGRST102 | entrypoint=%
            400 | PGRST102 | entrypoint=%ff
            400 | PGRST102 | entrypoint=%zz
            400 | 22P05    | entrypoint=%00
            400 | 22P02    | entrypoint=a&headers=x
            400 | 22P02    | entrypoint=a&priority=
            404 | PGRST202 | =a
            404 | PGRST202 | &&&
            404 | PGRST202 | entrypoint=a&x
            """)
    void refusesForms(int status, String code, String form) {
        gateway.post(ENQUEUE, "application/x-www-form-urlencoded", form).isError(status, code);
    }

    @Test
    void aBodyWithoutTypeIsJson() {
        gateway.send(gateway.request(ENQUEUE).POST(BodyPublishers.ofString("{\"entrypoint\": \"a\"}")))
                .id();
        gateway.post(ENQUEUE, "application/json; charset=utf-8", "{\"entrypoint\": \"a\"}")
                .id();
        gateway.send(gateway.request(ENQUEUE).POST(BodyPublishers.noBody())).isError(404, "PGRST202");
        gateway.enqueue(" \n ").isError(404, "PGRST202");
    }
}
