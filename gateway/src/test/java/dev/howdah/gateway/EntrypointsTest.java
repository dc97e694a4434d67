package dev.howdah.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A role sends jobs to the entrypoints that it may, singly and in batches. */
class EntrypointsTest {

    private static final String BATCH = "/rpc/fn_pgqueuer_enqueue_batch";

    @AutoClose
    static final RunningGateway gateway = RunningGateway.with(GatewaySettings.defaults()
            .withExposed(List.of("fn_pgqueuer_enqueue", "fn_pgqueuer_enqueue_batch"))
            .withTokens(Tokens.settings())
            .withEntrypoints(Map.of("mailer_of_gateway", Set.of("mail*", "50%_off"), "*", Set.of("fetch"))));

    @BeforeAll
    static void roles() {
        for (String role : new String[] {"mailer_of_gateway", "fetcher_of_gateway"}) {
            gateway.database.run("""
                    create role %1$s;
                    grant %1$s to howdah;
                    grant insert, select on pgqueuer, pgqueuer_log to %1$s;
                    grant usage, select on sequence pgqueuer_id_seq to %1$s;
                    grant execute on function fn_pgqueuer_enqueue(text, bytea, int, interval, text, jsonb) to %1$s;
                    grant execute on function fn_pgqueuer_enqueue_batch(jsonb) to %1$s""".formatted(role));
        }
    }

    @AfterAll
    static void noRoles() {
        gateway.database.run("""
                drop owned by mailer_of_gateway, fetcher_of_gateway;
                drop role mailer_of_gateway, fetcher_of_gateway""");
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', delimiter = '|', textBlock = """
            mailer_of_gateway  | {"entrypoint": "mail"}                              | 200
            mailer_of_gateway  | {"entrypoint": "mail_at_once", "priority": 1}       | 200
            mailer_of_gateway  | {"entrypoint": "50%_off"}                           | 200
            mailer_of_gateway  | {"entrypoint": "50 and off"}                        | 403
            mailer_of_gateway  | {"entrypoint": "fetch"}                             | 403
            mailer_of_gateway  | {"entrypoint": "a mail"}                            | 403
            mailer_of_gateway  | {"entrypoint": "mail", "entrypoint": "fetch"}        | 403
            mailer_of_gateway  | {"entrypoint": "fetch", "entrypoint": "mail"}        | 200
            mailer_of_gateway  | {"entrypoint": null}                                | 400
            mailer_of_gateway  | {"priority": 1}                                     | 404
            mailer_of_gateway  | [{"entrypoint": "fetch"}, {"entrypoint": "mail"}]   | 403
            fetcher_of_gateway | {"entrypoint": "fetch"}                             | 200
            fetcher_of_gateway | {"entrypoint": "mail"}                              | 403
            """)
    void one(String role, String body, int status) {
        gateway.database.run("truncate pgqueuer");
        for (int i = 0; i < 7; i++) {
            Answer answer = gateway.call("POST", RunningGateway.ENQUEUE, body, Tokens.bearerFor(role));
            assertThat(answer.status()).as(answer.body()).isEqualTo(status);
            if (status == 403) {
                answer.isError(403, "PT403");
            }
        }
        assertThat(gateway.jobs()).isEqualTo(status == 200 ? 7 : 0);
    }

    @Test
    void many() {
        gateway.database.run("truncate pgqueuer");
        String mailer = Tokens.bearerFor("mailer_of_gateway");

        gateway.call("POST", BATCH, "{\"jobs\": [{\"entrypoint\": \"mail\"}, {\"entrypoint\": \"fetch\"}]}", mailer)
                .isError(403, "PT403");
        gateway.call("POST", BATCH + "?limit=1", "{\"jobs\": [{\"entrypoint\": \"fetch\"}]}", mailer)
                .isError(403, "PT403");
        assertThat(gateway.jobs()).isZero();
        assertThat(gateway.call("POST", BATCH, "{\"jobs\": [{\"entrypoint\": \"mail\"}]}", mailer)
                        .status())
                .isEqualTo(200);
        gateway.call("POST", BATCH, "{\"jobs\": [{}]}", mailer).isError(400, "22023");
        gateway.call("POST", BATCH, "{\"jobs\": {}}", mailer).isError(400, "22023");
    }
}
