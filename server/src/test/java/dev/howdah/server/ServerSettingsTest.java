package dev.howdah.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.howdah.gateway.GatewaySettings;
import dev.howdah.gateway.TokenKeys;
import dev.howdah.gateway.TokenSettings;
import dev.howdah.gateway.TrafficSettings;
import dev.howdah.gateway.TrustedProxies;
import dev.howdah.queue.CallbackSettings;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServerSettingsTest {

    private static final ServerSettings DEFAULTS = ServerSettings.defaults();

    @Test
    void defaultsAreThoseOfTheDocumentation() {
        assertThat(DEFAULTS)
                .isEqualTo(new ServerSettings(
                        "127.0.0.1",
                        3000,
                        Optional.empty(),
                        10,
                        Duration.ofSeconds(10),
                        GatewaySettings.defaults(),
                        CallbackSettings.ofDatabase(),
                        Optional.empty()));
        assertThat(GatewaySettings.defaults().exposed()).containsExactly("fn_pgqueuer_enqueue");
        assertThat(GatewaySettings.defaults().traffic().maxBodyBytes()).isEqualTo(1024 * 1024);
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "localhost", "127.1.2.3", "::1", "[::1]"})
    void loopbackIsTaken(String host) {
        assertThat(DEFAULTS.withHttp(host, 0).httpHost()).isEqualTo(host);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::", "10.0.0.1", "192.168.1.1", "", " "})
    void everythingElseIsRefused(String host) {
        assertThatThrownBy(() -> DEFAULTS.withHttp(host, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theNetIsListenedToWithASecretAndTlsOrAProxyAlone() {
        GatewaySettings secret = GatewaySettings.defaults()
                .withTokens(new TokenSettings(
                        Optional.of(TokenKeys.of("a secret of at least 32 bytes, or more")),
                        Optional.empty(),
                        Optional.empty()));
        TrafficSettings proxy = secret.traffic().withTrustedProxies(TrustedProxies.of(List.of("10.0.0.0/8")));

        assertThatThrownBy(() -> DEFAULTS.withGateway(GatewaySettings.defaults().withTraffic(proxy))
                        .withHttp("0.0.0.0", 0))
                .hasMessageContaining("without a secret for tokens nobody is asked");
        assertThatThrownBy(() -> DEFAULTS.withGateway(secret).withHttp("0.0.0.0", 0))
                .hasMessageContaining("tokens would be sent in the clear");
        assertThat(DEFAULTS.withGateway(secret.withTraffic(proxy))
                        .withHttp("0.0.0.0", 0)
                        .httpHost())
                .isEqualTo("0.0.0.0");
        assertThatThrownBy(() -> DEFAULTS.withGateway(secret.withTraffic(proxy))
                        .withHttp("0.0.0.0", 0)
                        .withGateway(GatewaySettings.defaults()))
                .hasMessageContaining("not a loopback address");
    }

    @Test
    void whatCantBeIsRefused() {
        assertThatThrownBy(() -> DEFAULTS.withHttp("127.0.0.1", 65_536)).hasMessage("not a port: 65536");
        assertThatThrownBy(() -> DEFAULTS.withHttp("127.0.0.1", -1)).hasMessage("not a port: -1");
        assertThatThrownBy(() -> DEFAULTS.withPoolSize(0)).hasMessage("poolSize must be 1 or more, got 0");
        assertThatThrownBy(() -> new ServerSettings(
                        "::1",
                        1,
                        Optional.empty(),
                        1,
                        Duration.ofMillis(-1),
                        GatewaySettings.defaults(),
                        CallbackSettings.ofDatabase(),
                        Optional.empty()))
                .hasMessage("stopTimeout must not be negative, got PT-0.001S");
        assertThatThrownBy(() -> DEFAULTS.withJobLogKept(Optional.of(Duration.ZERO)))
                .hasMessage("the jobs' log is to be kept for more than zero, got PT0S");
        assertThatThrownBy(() -> TrafficSettings.defaults().withMaxBodyBytes(0))
                .hasMessage("maxBodyBytes must be 1 or more, got 0");
        assertThatThrownBy(() -> TrafficSettings.defaults().withBodyTimeout(Duration.ZERO))
                .hasMessage("bodyTimeout must be 1 ms or more, got PT0S");
    }
}
