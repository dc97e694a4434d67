package dev.howdah.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client may prefer, and what it is told of it. */
class PreferencesTest {

    @AutoClose
    static final RunningGateway gateway =
            RunningGateway.ofApi(GatewaySettings.defaults().withRollbackAllowed(true));

    @Test
    void aTransactionMayBeUndone() {
        Answer undone = gateway.call("POST", "/rpc/born", "{\"id\": 4, \"name\": \"D\"}", "Prefer: tx=rollback");
        assertThat(undone.status()).as(undone.body()).isEqualTo(200);
        assertThat(undone.json().get(0).get("id").intValue()).isEqualTo(4);
        assertThat(undone.header("Preference-Applied")).isEqualTo("tx=rollback");
        gateway.call("POST", "/rpc/gone", "{\"minimum\": 2}", "Prefer: handling=strict, max-affected=1")
                .isError(400, "PGRST124");
        assertThat(gateway.database.value("select count(*) from api.elephants")).isEqualTo("3");
    }

    @Test
    void theClientIsToldWhatCounted() {
        gateway.call("GET", "/rpc/hello", "", "Prefer: handling=strict, count=none, odd")
                .isError(400, "PGRST122")
                .saying("Invalid preferences given with handling=strict");
        assertThat(gateway.call("GET", "/rpc/hello", "", "Prefer: count=exact, odd, count=planned")
                        .header("Preference-Applied"))
                .isEqualTo("count=exact");
        assertThat(gateway.call(
                                "POST",
                                "/rpc/gone",
                                "{\"minimum\": 9}",
                                "Prefer: handling=strict",
                                "Prefer: max-affected=1")
                        .header("Preference-Applied"))
                .isEqualTo("handling=strict, max-affected=1");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            timezone=Asia/Kolkata                       | Asia/Kolkata        | timezone=Asia/Kolkata
            handling=strict, timezone=America/New_York  | America/New_York    | handling=strict, timezone=America/New_York
            timezone=Asia/Kolkata, timezone=Japan       | Asia/Kolkata        | timezone=Asia/Kolkata
            handling=lenient, timezone=Atlantis         |                     | handling=lenient
            timezone=Atlantis                           |                     | (none)
            timezone=                                   |                     | (none)
            timezone=asia/kolkata                       |                     | (none)
            timezone=+03                                |                     | (none)
            """)
    void aTimeZoneHoldsForTheCall(String preferences, String zone, String applied) {
        String usual = gateway.get("/rpc/setting?name=timezone").json().stringValue();
        for (int i = 0; i < 7; i++) { // once PostgreSQL has its plans at hand, too
            Answer answer = gateway.call("GET", "/rpc/setting?name=timezone", "", "Prefer: " + preferences);
            assertThat(answer.status()).as(answer.body()).isEqualTo(200);
            assertThat(answer.json().stringValue()).isEqualTo(zone == null ? usual : zone);
            assertThat(answer.header("Preference-Applied")).isEqualTo(applied);
            assertThat(gateway.get("/rpc/setting?name=timezone").json().stringValue())
                    .isEqualTo(usual);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Atlantis", "", "+03", "'; select 1; --"})
    void whoIsStrictMustNameATimeZoneThatThereIs(String zone) {
        Answer answer = gateway.call("GET", "/rpc/hello", "", "Prefer: handling=strict, timezone=" + zone);

        answer.isError(400, "PGRST122");
        assertThat(answer.json().get("details").stringValue()).isEqualTo("Invalid preferences: timezone=" + zone);
    }
}
