package dev.howdah.gateway;

import static dev.howdah.gateway.RunningGateway.ENQUEUE;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What somebody tries who means no good, beyond tokens and bodies. */
class AttacksTest {

    private static final String JOB = "{\"entrypoint\": \"a\"}";

    @AutoClose
    static final RunningGateway gateway = RunningGateway.with(GatewaySettings.defaults()
            .withTraffic(
                    TrafficSettings.defaults().withRateLimits(Map.of("*", new RateLimit(1000, Duration.ofHours(1))))));

    @BeforeEach
    void empty() {
        gateway.database.run("truncate pgqueuer");
    }

    /** Where proxy and server see different ends of a body, what is behind it may become somebody else's request. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 5\r\nTransfer-Encoding: chunked",
                "Transfer-Encoding: chunked\r\nContent-Length: 5",
                "Content-Length: 5\r\nContent-Length: 80",
                "Content-Length: 5, 80",
                "Content-Length: +5",
                "Content-Length: 0x5",
                "Content-Length : 5",
                "Content-Length: 5\r\n Transfer-Encoding: chunked",
                "Transfer-Encoding: xchunked",
                "Transfer-Encoding: chunked, identity",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
                "Transfer-Encoding : chunked",
                "Transfer-Encoding:\u000bchunked"
            })
    void noBodyHasTwoEnds(String headers) {
        String hidden =
                "0\r\n\r\nPOST " + ENQUEUE + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: "
                        + JOB.length() + "\r\n\r\n" + JOB;

        Answer answer =
                gateway.raw("POST " + ENQUEUE + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n\r\n" + hidden);

        assertThat(answer.status()).as(answer.body()).isIn(400, 501);
        assertThat(answer.body()).as("nothing was answered after it").doesNotContain("HTTP/1.1");
        assertThat(gateway.jobs()).isZero();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            GET  | X-HTTP-Method-Override: POST    | 405
            POST | X-HTTP-Method-Override: DELETE  | 200
            POST | X-Method-Override: PUT          | 200
            GET  | X-HTTP-Method: POST             | 405
            """)
    void theMethodIsWhatItIs(String method, String header, int status) {
        Answer answer = method.equals("GET")
                ? gateway.call("GET", ENQUEUE + "?entrypoint=a", "", header)
                : gateway.call("POST", ENQUEUE + "?limit=1", JOB, header);

        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/rpc/..%2f..%2fetc%2fpasswd",
                "/rpc/../rpc/fn_pgqueuer_enqueue/../../live",
                "/rpc/%2e%2e/live",
                "/rpc/fn_pgqueuer_enqueue%00",
                "/rpc/fn_pgqueuer_enqueue;jsessionid=1",
                "/rpc/fn_pgqueuer_enqueue/",
                "/rpc//fn_pgqueuer_enqueue",
                "/rpc\\fn_pgqueuer_enqueue",
                "/%72pc/public.fn_pgqueuer_enqueue",
                "http://evil.example/rpc/fn_pgqueuer_enqueue",
                "/rpc/fn_pgqueuer_enqueue\u00a0",
                "/rpc/ｆn_pgqueuer_enqueue"
            })
    void aPathLeadsNowhereElse(String path) {
        Answer answer =
                gateway.raw(("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: "
                                + JOB.length() + "\r\n\r\n" + JOB)
                        .getBytes(StandardCharsets.UTF_8));

        assertThat(answer.status()).as(answer.body()).isIn(400, 403, 404, 405);
        answer.isWellFormedError();
        assertThat(gateway.jobs()).isZero();
    }

    @Test
    void whoSaysToComeFromElsewhereIsNotBelievedWithoutATrustedProxy() {
        try (RunningGateway limited = RunningGateway.with(GatewaySettings.defaults()
                .withTraffic(TrafficSettings.defaults()
                        .withRateLimits(Map.of("*", new RateLimit(3, Duration.ofHours(1))))))) {
            for (int i = 0; i < 3; i++) {
                limited.call("POST", ENQUEUE, JOB, "X-Forwarded-For: 203.0.113." + i)
                        .id();
            }
            for (String header : new String[] {
                "X-Forwarded-For: 203.0.113.9", "Forwarded: for=203.0.113.9", "X-Real-IP: 203.0.113.9", "X-A: b"
            }) {
                limited.call("POST", ENQUEUE, JOB, header).isError(429, "PT429");
            }
        }
    }

    /** A thread waits for its body: whoever sends it by the byte would have them all before long. */
    @Test
    void aBodyThatTricklesInIsGivenUp() throws IOException {
        try (Socket socket = new Socket("127.0.0.1", gateway.port())) {
            socket.setSoTimeout(60_000);
            OutputStream out = socket.getOutputStream();
            out.write(("POST " + ENQUEUE + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            int sent = 0;
            while (sent < 200 && socket.getInputStream().available() == 0) {
                out.write(' ');
                sent++;
                LockSupport.parkNanos(50_000_000); // twenty bytes a second
            }
            String start = new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
            assertThat(start).isEqualTo("HTTP/1.1 408");
            assertThat(sent).isLessThan(200);
        }
    }

    /** Quick enough by the byte, and still too long in all. */
    @Test
    void aBodyThatTakesTooLongIsGivenUp() throws IOException {
        try (RunningGateway impatient = RunningGateway.with(GatewaySettings.defaults()
                        .withTraffic(TrafficSettings.defaults().withBodyTimeout(Duration.ofMillis(300))));
                Socket socket = new Socket("127.0.0.1", impatient.port())) {
            socket.setSoTimeout(60_000);
            OutputStream out = socket.getOutputStream();
            out.write(("POST " + ENQUEUE + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            int sent = 0;
            while (sent < 900 && socket.getInputStream().available() == 0) {
                out.write(new byte[1000]);
                sent++;
                LockSupport.parkNanos(20_000_000); // 50,000 bytes a second
            }
            assertThat(sent).isLessThan(900);
            socket.shutdownOutput();
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            RawAnswer.of(answer).isError(408, "PT408").saying("The body came too slowly: it may take 300 ms");
            assertThat(impatient.jobs()).isZero();
        }
    }

    @Test
    void aQueryHasAnEnd() {
        Answer answer = gateway.get(ENQUEUE + "?entrypoint=" + "x".repeat(100_000));

        assertThat(answer.status()).isEqualTo(414);
        answer.isWellFormedError();
        Answer many = gateway.get("/rpc/fn_pgqueuer_enqueue?" + "or=(".repeat(1500));
        assertThat(many.status()).as(many.body()).isIn(400, 404);
    }

    @Test
    void aKeyGivenTwiceIsOneArgument() {
        gateway.enqueue("{\"entrypoint\": \"a\", \"priority\": 1, \"entrypoint\": \"b\", \"priority\": 2}")
                .id();

        assertThat(gateway.database.column("select entrypoint || priority from pgqueuer"))
                .containsExactly("b2");
    }

    @Test
    void thousandsOfKeysAreRefusedAndNotRepeatedWithoutEnd() {
        StringBuilder keys = new StringBuilder("{\"entrypoint\": \"a\"");
        for (int i = 0; i < 20_000; i++) {
            keys.append(", \"some_key_").append(i).append("\": ").append(i);
        }

        Answer answer = gateway.enqueue(keys.append('}').toString());

        answer.isError(404, "PGRST202");
        assertThat(answer.body().length()).isLessThan(10_000);
    }
}
