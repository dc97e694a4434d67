package dev.howdah.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.howdah.testkit.TestDatabase;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.Base64;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** HTTPS with files in PEM, as certificate authorities give them. */
class TlsTest {

    private static final char[] PASSWORD = "changeit".toCharArray();

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"RSA", "EC"})
    void callsAreAnsweredOverTls(String algorithm) throws Exception {
        KeyStore made = made(algorithm);
        TlsSettings tls = new TlsSettings(certificates(made), key(made));
        try (TestDatabase database = TestDatabase.installed();
                HowdahServer server = HowdahServer.start(
                        DatabaseUrl.parse(database.address().url()),
                        ServerSettings.defaults().withTls(Optional.of(tls)).withHttp("127.0.0.1", 0))) {
            HttpClient client =
                    HttpClient.newBuilder().sslContext(trusting(made)).build();
            HttpRequest request = HttpRequest.newBuilder(
                            URI.create("https://localhost:" + server.httpPort() + "/rpc/fn_pgqueuer_enqueue"))
                    .POST(BodyPublishers.ofString("{\"entrypoint\": \"a\"}"))
                    .build();
            HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        }
    }

    @Test
    void newCertificatesAreTakenUpWhenTheirFilesChange() throws Exception {
        KeyStore first = made("EC");
        TlsSettings tls = new TlsSettings(certificates(first), key(first));
        ListAppender<ILoggingEvent> said = new ListAppender<>();
        said.start();
        Logger log = (Logger) LoggerFactory.getLogger(TlsReload.class);
        log.addAppender(said);
        try (TestDatabase database = TestDatabase.installed();
                HowdahServer server = HowdahServer.start(
                        DatabaseUrl.parse(database.address().url()),
                        ServerSettings.defaults().withTls(Optional.of(tls)).withHttp("127.0.0.1", 0))) {
            assertThat(isAnswered(server, first)).isTrue();
            KeyStore second = made("RSA");
            assertThat(isAnswered(server, second)).isFalse();

            certificates(second);
            await().until(() -> said.list.stream()
                    .anyMatch(line -> line.getFormattedMessage().contains("is not that of the first certificate")));
            assertThat(isAnswered(server, first))
                    .as("with half of the pair it goes on")
                    .isTrue();

            key(second);
            await().until(() -> isAnswered(server, second));
            assertThat(isAnswered(server, first)).isFalse();
        } finally {
            log.detachAppender(said);
        }
    }

    /** To a client that trusts these certificates and no others. */
    private static boolean isAnswered(HowdahServer server, KeyStore trusted) throws Exception {
        HttpClient client =
                HttpClient.newBuilder().sslContext(trusting(trusted)).build();
        URI live = URI.create("https://localhost:" + server.httpPort() + "/live");
        try {
            return client.send(HttpRequest.newBuilder(live).build(), BodyHandlers.discarding())
                            .statusCode()
                    == 200;
        } catch (SSLException stranger) {
            return false;
        }
    }

    @Test
    void filesThatCantBeUsedAreSaid() throws Exception {
        KeyStore made = made("EC");
        Path certificates = certificates(made);
        Path key = key(made);
        Path another = Files.writeString(
                folder.resolve("another.pem"),
                pem("PRIVATE KEY", made("RSA").getKey("a", PASSWORD).getEncoded()));
        Path none = folder.resolve("none.pem");
        Path empty = Files.writeString(folder.resolve("empty.pem"), "");
        Path old = Files.writeString(
                folder.resolve("old.pem"), "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----");
        Path odd = Files.writeString(
                folder.resolve("odd.pem"), "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----");

        assertThatThrownBy(() -> new TlsSettings(none, key)).hasMessage("can't read " + none);
        assertThatThrownBy(() -> new TlsSettings(certificates, none)).hasMessage("can't read " + none);
        assertThatThrownBy(() -> new TlsSettings(empty, key)).hasMessage("no certificate in " + empty);
        assertThatThrownBy(() -> new TlsSettings(key, key))
                .hasMessageContaining("can't use the certificates in " + key);
        assertThatThrownBy(() -> new TlsSettings(certificates, another))
                .hasMessage("the key in " + another + " is not that of the first certificate in " + certificates);
        assertThatThrownBy(() -> new TlsSettings(certificates, old)).hasMessageContaining("openssl pkcs8 -topk8");
        assertThatThrownBy(() -> new TlsSettings(certificates, odd)).hasMessageContaining("neither an RSA nor");
    }

    /** The JDK has a tool that makes certificates, but no API. */
    private KeyStore made(String algorithm) throws Exception {
        Path file = folder.resolve(algorithm + ".p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "a",
                        "-keyalg",
                        algorithm,
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "san=dns:localhost",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        new String(PASSWORD))
                .redirectErrorStream(true)
                .start();
        String said = new String(keytool.getInputStream().readAllBytes());
        assertThat(keytool.waitFor()).as(said).isZero();
        try (InputStream in = Files.newInputStream(file)) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(in, PASSWORD);
            return store;
        }
    }

    private Path certificates(KeyStore store) throws GeneralSecurityException, IOException {
        return Files.writeString(
                folder.resolve("cert.pem"),
                pem("CERTIFICATE", store.getCertificate("a").getEncoded()));
    }

    private Path key(KeyStore store) throws GeneralSecurityException, IOException {
        return Files.writeString(
                folder.resolve("key.pem"),
                pem("PRIVATE KEY", store.getKey("a", PASSWORD).getEncoded()));
    }

    private static String pem(String what, byte[] bytes) {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
        return "-----BEGIN " + what + "-----\n" + text + "\n-----END " + what + "-----\n";
    }

    private static SSLContext trusting(KeyStore made) throws GeneralSecurityException, IOException {
        Certificate certificate = made.getCertificate("a");
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("a", certificate);
        TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, managers.getTrustManagers(), null);
        return context;
    }
}
