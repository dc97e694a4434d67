package dev.howdah.gateway;

import static dev.howdah.gateway.RunningGateway.ENQUEUE;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A page in a browser may not call what asks for no token. */
class LoopbackGuardTest {

    private static final String BODY = "{\"entrypoint\": \"a\"}";

    @AutoClose
    static final RunningGateway gateway = RunningGateway.start();

    @BeforeEach
    void empty() {
        gateway.database.run("truncate pgqueuer");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Host: localhost",
                "Host: LocalHost:3000",
                "Host: 127.0.0.1:1",
                "Host: 127.0.0.5",
                "Host: [::1]:3000",
                "Host: localhost\r\nOrigin: http://localhost:5173",
                "Host: localhost\r\nOrigin: https://127.0.0.1",
                "Host: localhost\r\nOrigin: http://[::1]:8080"
            })
    void lets(String headers) {
        post(headers, ENQUEUE).id();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Host: evil.example",
                "Host: localhost.evil.example",
                "Host: 127.0.0.1.evil.example",
                "Host: 10.0.0.1",
                "Host: my_host",
                "Host: evil.example\r\nOrigin: http://localhost",
                "Host: localhost\r\nOrigin: http://evil.example",
                "Host: localhost\r\nOrigin: http://localhost.evil.example",
                "Host: localhost\r\nOrigin: http://localhost@evil.example",
                "Host: localhost\r\nOrigin: http://evil.example#@localhost",
                "Host: localhost\r\nOrigin: null",
                "Host: localhost\r\nOrigin: localhost",
                "Host: localhost\r\nOrigin: http://"
            })
    void refuses(String headers) {
        post(headers, ENQUEUE).isError(403, "PT403");
        post(headers, "/").isError(403, "PT403");

        assertThat(gateway.jobs()).isZero();
    }

    private static Answer post(String headers, String path) {
        return gateway.raw("POST " + path + " HTTP/1.1\r\n" + headers + "\r\nConnection: close\r\nContent-Length: "
                + BODY.length() + "\r\n\r\n" + BODY);
    }
}
