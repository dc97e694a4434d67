package dev.howdah.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Limits, proxies, pages of other origins, the log, health. */
class TrafficTest {

    private static final TrafficSettings TRAFFIC = TrafficSettings.defaults();

    @AutoClose
    static final RunningGateway gateway = RunningGateway.ofApi(GatewaySettings.defaults()
            .withTokens(new TokenSettings(
                    Optional.of(TokenKeys.of(Tokens.SECRET)), Optional.of("howdah"), Optional.empty()))
            .withStatementTimeout(Duration.ofMillis(300))
            .withTraffic(TRAFFIC.withMaxHeaderBytes(2048)
                    .withCorsOrigins(List.of("https://app.example", "http://localhost:5173"))
                    .withTrustedProxies(TrustedProxies.of(List.of("127.0.0.0/8", "::1")))
                    .withRateLimits(Map.of(
                            "*",
                            new RateLimit(1000, Duration.ofHours(1)),
                            "limited",
                            new RateLimit(3, Duration.ofHours(1))))
                    .withAccessLog(AccessLog.ALL)));

    @Test
    void whoAsksTooOftenIsToldToComeAgain() {
        String limited = Tokens.bearerFor("limited");
        for (int i = 0; i < 3; i++) {
            gateway.call("GET", "/rpc/hello", "", limited).isError(401, "22023");
        }
        Answer answer = gateway.call("GET", "/rpc/hello", "", limited).isError(429, "PT429");
        assertThat(Long.parseLong(answer.header("Retry-After"))).isBetween(1L, 1201L);
        gateway.call("GET", "/", "", limited).isError(429, "PT429");
        gateway.call("GET", "/rpc/hello", "", limited, "X-Forwarded-For: 203.0.113.7")
                .isError(401, "22023");
        assertThat(gateway.get("/rpc/hello").status()).isEqualTo(200);
        assertThat(gateway.get("/live").status()).isEqualTo(200);
    }

    @Test
    void aCallThatTakesTooLongIsEnded() {
        for (int i = 0; i < 7; i++) {
            gateway.call("POST", "/rpc/sleep", "{\"s\": 60}").isError(500, "57014");
            assertThat(gateway.call("POST", "/rpc/sleep", "{\"s\": 0}").status())
                    .isEqualTo(204);
        }
    }

    @Test
    void headersHaveAnEnd() {
        assertThat(gateway.call("GET", "/rpc/hello", "", "X-Long: " + "x".repeat(1000))
                        .status())
                .isEqualTo(200);
        gateway.call("GET", "/rpc/hello", "", "X-Long: " + "x".repeat(3000)).isError(431, "PT431");
    }

    @Test
    void pagesOfTheListMayCall() {
        String call = "GET /rpc/hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\nOrigin: ";
        Answer allowed = gateway.raw(call + "https://app.example\r\n\r\n");
        assertThat(allowed.status()).isEqualTo(200);
        assertThat(allowed.header("Access-Control-Allow-Origin")).isEqualTo("https://app.example");
        assertThat(allowed.header("Access-Control-Expose-Headers")).contains("Content-Range", "Preference-Applied");
        assertThat(allowed.headers().allValues("Vary").toString()).contains("Origin");
        assertThat(gateway.raw(call + "https://evil.example\r\n\r\n").header("Access-Control-Allow-Origin"))
                .isEqualTo("(none)");
        assertThat(gateway.raw(call + "https://appXexample\r\n\r\n").header("Access-Control-Allow-Origin"))
                .isEqualTo("(none)");

        String preflight = "OPTIONS /rpc/hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                + "Access-Control-Request-Method: POST\r\n"
                + "Access-Control-Request-Headers: authorization,content-type,content-profile,x-client-info\r\nOrigin: ";
        Answer asked = gateway.raw(preflight + "https://app.example\r\n\r\n");
        assertThat(asked.status()).isEqualTo(200);
        assertThat(asked.header("Access-Control-Allow-Origin")).isEqualTo("https://app.example");
        assertThat(asked.header("Access-Control-Allow-Methods")).contains("POST");
        assertThat(asked.header("Access-Control-Allow-Headers")).contains("*", "Authorization");
        assertThat(gateway.raw(preflight + "https://evil.example\r\n\r\n").header("Access-Control-Allow-Origin"))
                .isEqualTo("(none)");
    }

    @Test
    void theLogShowsWhoAndWhatButNoSecret() {
        Logger logger = (Logger) LoggerFactory.getLogger(AccessLog.LOGGER);
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        Level before = logger.getLevel();
        logger.setLevel(Level.INFO);
        logger.addAppender(lines);
        try {
            String token = Tokens.bearerFor("limited");
            gateway.call(
                    "GET", "/rpc/setting?name=s3cret", "", token, "X-Forwarded-For: 203.0.113.9", "Cookie: k=s3cret");
            gateway.call("POST", "/rpc/hello%0Aforged", "{\"a\": \"s3cret\"}", "Content-Type: application/json");
            gateway.get("/live");
            org.awaitility.Awaitility.await().until(() -> lines.list.size() == 2);
            assertThat(lines.list.get(0).getFormattedMessage())
                    .matches("203\\.0\\.113\\.9 limited GET /rpc/setting 401 \\d+\\.\\d ms");
            assertThat(lines.list.get(1).getFormattedMessage())
                    .matches("127\\.0\\.0\\.1 howdah POST /rpc/hello%0Aforged 404 \\d+\\.\\d ms");
        } finally {
            logger.detachAppender(lines);
            logger.setLevel(before);
        }
    }

    @Test
    void livenessAndReadiness() {
        assertThat(gateway.get("/live").status()).isEqualTo(200);
        assertThat(gateway.get("/ready").status()).isEqualTo(200);
        try (RunningGateway dying = RunningGateway.start()) {
            assertThat(dying.get("/ready").status()).isEqualTo(200);
            dying.pool().close();
            org.awaitility.Awaitility.await().until(() -> dying.get("/ready").status() >= 500);
            assertThat(dying.get("/live").status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "10.0.0.0/33",
                "10.0.0.0/",
                "10.0.0.0/-1",
                "10.0.0/8/8",
                "example.org",
                "::1/129",
                "1.2.3.4.5"
            })
    void whatIsNoProxyIsRefused(String address) {
        assertThatThrownBy(() -> TrustedProxies.of(List.of(address)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not a proxy's address");
    }

    @Test
    void networksAreWhatTheirBitsSay() {
        TrustedProxies proxies = TrustedProxies.of(List.of("10.0.0.0/8", "192.168.1.128/25", "fd00::/8", "1.2.3.4"));

        assertThat(List.of("10.255.0.1", "192.168.1.200", "fd12::1", "1.2.3.4")).allMatch(proxies::trusts);
        assertThat(List.of("11.0.0.1", "192.168.1.1", "fe80::1", "1.2.3.5", "localhost", "", "::ffff:11.0.0.1"))
                .noneMatch(proxies::trusts);
        assertThat(proxies.trusts("::ffff:10.0.0.1")).as("IPv4 in IPv6").isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "100", "0/s", "-1/s", "100/d", "1.5/s", "100/s/s", "s"})
    void whatIsNoRateLimitIsRefused(String text) {
        assertThatThrownBy(() -> RateLimit.parse(text)).hasMessageContaining("write 100/s, 600/m or 1000/h");
    }

    @Test
    void settingsThatCantBeAreRefused() {
        GatewaySettings settings = GatewaySettings.defaults();
        assertThat(RateLimit.parse("600/m")).isEqualTo(new RateLimit(600, Duration.ofMinutes(1)));
        assertThatThrownBy(() -> TRAFFIC.withCorsOrigins(List.of("https://app.example/path")))
                .hasMessageContaining("not an origin");
        assertThatThrownBy(() -> TRAFFIC.withCorsOrigins(List.of("*"))).hasMessageContaining("not an origin");
        assertThatThrownBy(() -> TRAFFIC.withMaxHeaderBytes(10)).hasMessageContaining("1024 or more");
        assertThatThrownBy(() -> settings.withExposed(List.of("a", ".b")))
                .hasMessageContaining("not a function to expose");
        assertThatThrownBy(() -> settings.withExposed(List.of("a."))).hasMessageContaining("not a function to expose");
        assertThatThrownBy(() -> settings.withMaxRows(-1)).hasMessageContaining("maxRows");
        assertThatThrownBy(() -> settings.withStatementTimeout(Duration.ZERO)).hasMessageContaining("statementTimeout");
        assertThatThrownBy(() -> settings.withPreRequest(Optional.of("a.b.c"))).hasMessageContaining("not a function");
        assertThatThrownBy(() -> new TokenSettings(Optional.empty(), Optional.empty(), Optional.of("us")))
                .hasMessageContaining("without a secret");
    }

    @Test
    void ofTooManyRowsTheRestIsNotSent() {
        try (RunningGateway few =
                RunningGateway.ofApi(GatewaySettings.defaults().withMaxRows(2))) {
            assertThat(few.get("/rpc/numbers?n=5").body()).isEqualTo("[1, 2]");
            assertThat(few.get("/rpc/numbers?n=5&limit=4&offset=3").body()).isEqualTo("[4, 5]");
            assertThat(few.get("/rpc/numbers?n=5&limit=1").body()).isEqualTo("[1]");
        }
    }
}
