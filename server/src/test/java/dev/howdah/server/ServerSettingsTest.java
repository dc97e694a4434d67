package dev.howdah.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.howdah.gateway.GatewaySettings;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServerSettingsTest {

    private static final ServerSettings DEFAULTS = ServerSettings.defaults();

    @Test
    void defaultsAreThoseOfTheDocumentation() {
        assertThat(DEFAULTS)
                .isEqualTo(
                        new ServerSettings("127.0.0.1", 3000, 10, Duration.ofSeconds(10), GatewaySettings.defaults()));
        assertThat(GatewaySettings.defaults().exposed()).containsExactly("fn_pgqueuer_enqueue");
        assertThat(GatewaySettings.defaults().maxBodyBytes()).isEqualTo(1024 * 1024);
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
    void whatCantBeIsRefused() {
        assertThatThrownBy(() -> DEFAULTS.withHttp("127.0.0.1", 65_536)).hasMessage("not a port: 65536");
        assertThatThrownBy(() -> DEFAULTS.withHttp("127.0.0.1", -1)).hasMessage("not a port: -1");
        assertThatThrownBy(() -> new ServerSettings("::1", 1, 0, Duration.ZERO, GatewaySettings.defaults()))
                .hasMessage("poolSize must be 1 or more, got 0");
        assertThatThrownBy(() -> new ServerSettings("::1", 1, 1, Duration.ofMillis(-1), GatewaySettings.defaults()))
                .hasMessage("stopTimeout must not be negative, got PT-0.001S");
        assertThatThrownBy(() -> GatewaySettings.defaults().withMaxBodyBytes(0))
                .hasMessage("maxBodyBytes must be 1 or more, got 0");
    }
}
