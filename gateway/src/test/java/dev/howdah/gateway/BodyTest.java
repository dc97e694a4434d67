package dev.howdah.gateway;

import static dev.howdah.gateway.RunningGateway.ENQUEUE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies that are too long, broken or no JSON. */
class BodyTest {

    private static final int LIMIT = 64 * 1024;
    /** More than the system keeps for a connection, so that the server must read on after its answer. */
    private static final int MORE_THAN_BUFFERS = 32 * 1024 * 1024;

    private static final String HEAD = "POST " + ENQUEUE + " HTTP/1.1\r\nHost: localhost\r\n";

    @AutoClose
    static final RunningGateway gateway = RunningGateway.onOneConnection("fn_pgqueuer_enqueue");

    @BeforeEach
    void empty() {
        gateway.database.run("truncate pgqueuer");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "}",
                "{\"entrypoint\": \"a\"",
                "{\"entrypoint\": \"a\",}",
                "{\"entrypoint\": \"a\"} x",
                "{\"entrypoint\": \"a\"}{}",
                "{\"entrypoint\": \"a\"}]",
                "{'entrypoint': 'a'}",
                "{entrypoint: \"a\"}",
                "{\"entrypoint\": \"a\nb\"}",
                "{\"entrypoint\": \"a\0\"}",
                "{\"entrypoint\": \"\\x\"}",
                "{\"entrypoint\": NaN}",
                "{\"entrypoint\": 01}",
                "[]",
                "[1]",
                "[[{}]]",
                "[{\"entrypoint\": \"a\"}",
                "[{\"entrypoint\": \"a\"},]",
                "[{\"entrypoint\": \"a\"}] 1",
                "null",
                "1",
                "\"text\"",
                "\ufeff{\"entrypoint\": \"a\"}",
                "/**/{}"
            })
    void whatIsNoJsonObjectIsRefused(String body) {
        gateway.enqueue(body).isError(400, "PGRST102").saying("Empty or invalid json");

        assertThat(gateway.jobs()).isZero();
    }

    @Test
    void nestingHasAnEnd() {
        String deep = "[".repeat(30_000) + "]".repeat(30_000);
        String fair = "[".repeat(400) + "]".repeat(400);

        gateway.enqueue(deep).isError(400, "PGRST102");
        gateway.enqueue("{\"entrypoint\": " + deep + "}").isError(400, "PGRST102");
        gateway.enqueue("{\"entrypoint\": \"a\", \"headers\": {\"deep\": " + fair + "}}")
                .id();
    }

    @Test
    void whatIsNotUtf8IsRefused() {
        for (String bytes : new String[] {"\u00ff", "\u00c3", "\u00ed\u00a0\u0080", "\u00c0\u0080"}) {
            String body = "{\"entrypoint\": \"" + bytes + "\"}";
            gateway.raw(HEAD + "Content-Length: " + body.length() + "\r\nConnection: close\r\n\r\n" + body)
                    .isError(400, "PGRST102")
                    .saying("Not UTF-8");
        }
        gateway.enqueue("{\"entrypoint\": \"caf\u00e9 \ud83d\udc18\"}").id();
        assertThat(gateway.database.column("select entrypoint from pgqueuer"))
                .containsExactly("caf\u00e9 \ud83d\udc18");
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "text/xml", "application/octet-stream", "multipart/form-data", "json", ";"})
    void otherTypesAreRefused(String type) {
        gateway.post(ENQUEUE, type, "{\"entrypoint\": \"a\"}").isError(400, "PGRST102");
    }

    /** As curl -d sends it, if nothing else is said. */
    @Test
    void jsonThatIsSentAsAFormIsToldApart() {
        Answer answer = gateway.post(ENQUEUE, "application/x-www-form-urlencoded", "{\"entrypoint\": \"a\"}");

        answer.isError(404, "PGRST202");
        assertThat(answer.json().get("hint").stringValue()).contains("Content-Type: application/json");
    }

    @Test
    void aBodyAsLongAsTheLimitIsTakenOneByteMoreIsNot() {
        String fits = "{\"entrypoint\": \"a\", \"payload\": \"%s\"}";
        fits = fits.formatted("x".repeat(LIMIT - fits.length() + 2));
        assertThat(fits).hasSize(LIMIT);

        gateway.enqueue(fits).id();
        gateway.send(gateway.request(ENQUEUE).POST(chunked(fits))).id();
        gateway.enqueue(fits + " ").isError(413, "PT413");
        gateway.send(gateway.request(ENQUEUE).POST(chunked(fits + " "))).isError(413, "PT413");
        gateway.post(ENQUEUE, "application/x-www-form-urlencoded", fits + " ").isError(413, "PT413");
        assertThat(gateway.jobs()).isEqualTo(2);
    }

    @Test
    void ofAHugeBodyLittleIsRead() throws IOException {
        long huge = 100L * 1024 * 1024;
        assertThat(sent(huge, HEAD + "Content-Length: " + huge + "\r\n\r\n", new byte[8192]))
                .isLessThan(huge / 4);
        byte[] chunk = ("2000\r\n" + "x".repeat(8192) + "\r\n").getBytes(StandardCharsets.US_ASCII);
        assertThat(sent(huge, HEAD + "Transfer-Encoding: chunked\r\n\r\n", chunk))
                .isLessThan(huge / 4);
        assertThat(gateway.jobs()).isZero();
    }

    /** Sends until the server no longer takes it, reads the answer, and says how much was sent. */
    private static long sent(long most, String head, byte[] piece) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", gateway.port())) {
            socket.setSoTimeout(60_000);
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            long sent = 0;
            try {
                while (sent < most && in.available() == 0) {
                    socket.getOutputStream().write(piece);
                    sent += piece.length;
                }
            } catch (IOException closed) {
                // the answer is there all the same
            }
            byte[] start = in.readNBytes(12);
            assertThat(new String(start, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 413");
            return sent;
        }
    }

    @Test
    void whoReadsNothingBeforeAllIsSentGetsTheAnswer() throws IOException {
        try (Socket socket = new Socket("127.0.0.1", gateway.port())) {
            socket.setSoTimeout(60_000);
            OutputStream out = socket.getOutputStream();
            out.write((HEAD + "Content-Length: " + MORE_THAN_BUFFERS + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            out.write(new byte[MORE_THAN_BUFFERS]);
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            RawAnswer.of(answer).isError(413, "PT413");
        }
    }

    /** It is such a client, and reads nothing at all when sending fails. */
    @Test
    void javasOwnClientGetsItsAnswerToAHugeBody() {
        byte[] huge = new byte[MORE_THAN_BUFFERS];

        gateway.send(gateway.request(ENQUEUE).POST(BodyPublishers.ofByteArray(huge)))
                .isError(413, "PT413");
        gateway.send(gateway.request(ENQUEUE).POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(huge))))
                .isError(413, "PT413");
        gateway.enqueue("{\"entrypoint\": \"a\"}").id();
    }

    /** Its output ends with the answer, so who reads until the end does not wait for it. */
    @ParameterizedTest
    @ValueSource(strings = {"", "Expect: 100-continue\r\n"})
    void whoSendsNothingOfAHugeBodyGetsTheAnswerAtOnce(String header) {
        long start = System.nanoTime();

        gateway.raw(HEAD + header + "Content-Length: 1000000\r\n\r\n").isError(413, "PT413");

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
    }

    @Test
    void aBodyThatBreaksOffIsNoCall() throws IOException {
        gateway.raw(HEAD + "Transfer-Encoding: chunked\r\n\r\nzz\r\n").isError(400, "PGRST102");
        try (Socket socket = new Socket("127.0.0.1", gateway.port())) {
            socket.setSoTimeout(60_000);
            socket.getOutputStream()
                    .write((HEAD + "Content-Length: 30\r\n\r\n{\"entrypoint\": \"a\"}")
                            .getBytes(StandardCharsets.US_ASCII));
            socket.shutdownOutput();
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!answer.isEmpty()) {
                assertThat(RawAnswer.of(answer).status()).isEqualTo(400);
            }
        }
        assertThat(gateway.jobs()).isZero();
    }

    /** Of those whose bodies never come, whether they may call anything or not. */
    @ParameterizedTest
    @ValueSource(strings = {"", "Authorization: Bearer x.y.z\r\n"})
    void manyWhoSendNothingLeaveThreadsForOthers(String header) throws IOException {
        List<Socket> silent = new ArrayList<>();
        try {
            for (int i = 0; i < 300; i++) {
                Socket socket = new Socket("127.0.0.1", gateway.port());
                silent.add(socket);
                socket.getOutputStream()
                        .write((HEAD + header + "Content-Length: 100\r\n\r\n{").getBytes(StandardCharsets.US_ASCII));
            }
            long start = System.nanoTime();
            assertThat(gateway.get("/live").status()).isEqualTo(200);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
        } finally {
            for (Socket socket : silent) {
                socket.close();
            }
        }
        await().untilAsserted(() -> gateway.enqueue("{\"entrypoint\": \"a\"}").id());
    }

    private static BodyPublisher chunked(String body) {
        return BodyPublishers.fromPublisher(BodyPublishers.ofString(body));
    }
}
