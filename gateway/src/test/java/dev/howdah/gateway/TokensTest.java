package dev.howdah.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which tokens count: by signature, key, time and audience. */
class TokensTest {

    private static final long NOW = 1_800_000_000;
    private static final Clock CLOCK = Clock.fixed(Instant.ofEpochSecond(NOW), ZoneOffset.UTC);
    private static final String CLAIMS = "{\"role\": \"clerk\"}";

    private static Callers callers(TokenSettings settings) {
        return new Callers(settings, CLOCK);
    }

    private static String bearer(String token) {
        return "Bearer " + token;
    }

    private static TokenSettings keys(TokenKeys keys) {
        return new TokenSettings(Optional.of(keys), Optional.empty(), Optional.empty());
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', delimiter = '|', textBlock = """
            {"role": "clerk"}                                      |
            {"role": "clerk", "exp": 1799999971}                   |
            {"role": "clerk", "exp": 1799999970}                   | JWT expired
            {"role": "clerk", "nbf": 1800000030}                   |
            {"role": "clerk", "nbf": 1800000031}                   | JWT not yet valid
            {"role": "clerk", "iat": 1800000030}                   |
            {"role": "clerk", "iat": 1800000031}                   | JWT issued at future
            {"role": "clerk", "exp": "soon"}                       | The JWT 'exp' claim must be a number
            {"role": "clerk", "exp": null}                         |
            {"role": "clerk", "exp": 1e300}                        |
            {"role": "clerk", "aud": "us"}                         |
            {"role": "clerk", "aud": ["them", "us"]}               |
            {"role": "clerk", "aud": []}                           |
            {"role": "clerk", "aud": "them"}                       | JWT not in audience
            {"role": "clerk", "aud": ["them"]}                     | JWT not in audience
            {"role": "clerk", "aud": 1}                            | The JWT 'aud' claim must be a string or an array of strings
            {"role": 1}                                            | The JWT 'role' claim must be the name of a role
            {"role": ""}                                           | The JWT 'role' claim must be the name of a role
            {"role": "none"}                                       | The JWT 'role' claim must be the name of a role
            [1]                                                    | Parsing claims failed
            no json                                                | Parsing claims failed
            """)
    void claimsAreChecked(String claims, @Nullable String message) {
        Callers callers = callers(
                new TokenSettings(Optional.of(TokenKeys.of(Tokens.SECRET)), Optional.empty(), Optional.of("us")));

        if (message == null) {
            assertThat(callers.of(bearer(Tokens.signed(claims, Tokens.SECRET))).role())
                    .isEqualTo("clerk");
        } else {
            assertRefused(() -> callers.of(bearer(Tokens.signed(claims, Tokens.SECRET))), 401, "PGRST303", message);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x",
                "x.y",
                "x.y.z",
                "..",
                "a.b.c.d",
                "e30.e30.",
                "eyJhbGciOiJub25lIn0.e30.",
                "\u00e9.\u00e9.\u00e9"
            })
    void whatIsNoTokenIsRefused(String token) {
        assertThatThrownBy(() -> callers(Tokens.settings()).of(bearer(token)))
                .isInstanceOfSatisfying(RpcError.class, error -> {
                    assertThat(error.status()).isEqualTo(401);
                    assertThat(error.json()).contains("PGRST301");
                    assertThat(error.headers().get("WWW-Authenticate")).startsWith("Bearer error=\"invalid_token\"");
                });
    }

    @Test
    void whatIsChangedOrSignedByAnotherIsRefused() throws JOSEException {
        Callers callers = callers(Tokens.settings());
        String token = Tokens.signed(CLAIMS, Tokens.SECRET);
        String[] parts = token.split("\\.");
        String other = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString("{\"role\": \"boss\"}".getBytes(StandardCharsets.UTF_8));

        assertRefused(() -> callers.of(bearer(parts[0] + "." + other + "." + parts[2])), 401, "PGRST301", "None of");
        assertRefused(
                () -> callers.of(bearer(Tokens.signed(CLAIMS, "another secret, just as long as it"))),
                401,
                "PGRST301",
                "None of the keys was able to decode the JWT");
        RSAKey rsa = new RSAKeyGenerator(2048).generate();
        assertRefused(
                () -> callers.of(
                        bearer(Tokens.signed(CLAIMS, new JWSHeader(JWSAlgorithm.RS256), new RSASSASigner(rsa)))),
                401,
                "PGRST301",
                "No suitable key");
    }

    /** The well-known confusion: a token signed with the public key as if that were a secret. */
    @Test
    void aPublicKeyIsNoSecret() throws JOSEException {
        RSAKey rsa = new RSAKeyGenerator(2048).keyID("k").generate();
        Callers callers = callers(keys(TokenKeys.of(rsa.toPublicJWK().toJSONString())));
        byte[] secret = rsa.toRSAPublicKey().getEncoded();
        String token = Tokens.signed(CLAIMS, new JWSHeader(JWSAlgorithm.HS256), new MACSigner(secret));

        assertRefused(() -> callers.of(bearer(token)), 401, "PGRST301", "No suitable key");
    }

    @Test
    void keysOfEachKind(@TempDir Path folder) throws JOSEException, IOException {
        RSAKey rsa = new RSAKeyGenerator(2048).keyID("rsa").generate();
        ECKey ec = new ECKeyGenerator(Curve.P_256).keyID("ec").generate();
        JWK secret = new OctetSequenceKey.Builder(Tokens.SECRET.getBytes(StandardCharsets.UTF_8)).build();
        String set = new JWKSet(List.of(rsa.toPublicJWK(), ec.toPublicJWK(), secret)).toString(false);
        Path file = Files.writeString(folder.resolve("jwks.json"), set);
        for (TokenKeys keys : List.of(TokenKeys.of(set), TokenKeys.at(file.toUri()))) {
            Callers callers = callers(keys(keys));
            JWSHeader named =
                    new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("rsa").build();
            for (String token : List.of(
                    Tokens.signed(CLAIMS, named, new RSASSASigner(rsa)),
                    Tokens.signed(CLAIMS, new JWSHeader(JWSAlgorithm.PS256), new RSASSASigner(rsa)),
                    Tokens.signed(CLAIMS, new JWSHeader(JWSAlgorithm.ES256), new ECDSASigner(ec)),
                    Tokens.signed(CLAIMS, Tokens.SECRET),
                    Tokens.signed(
                            CLAIMS,
                            new JWSHeader.Builder(JWSAlgorithm.HS256)
                                    .keyID("unknown")
                                    .build(),
                            new MACSigner(Tokens.SECRET)))) {
                assertThat(callers.of(bearer(token)).role()).isEqualTo("clerk");
            }
            assertRefused(
                    () -> callers.of(bearer(Tokens.signed(
                            CLAIMS,
                            new JWSHeader.Builder(JWSAlgorithm.RS256)
                                    .keyID("other")
                                    .build(),
                            new RSASSASigner(rsa)))),
                    401,
                    "PGRST301",
                    "No suitable key");
        }
    }

    @Test
    void keysThatAreFetchedFollowARotation() throws JOSEException, IOException {
        RSAKey first = new RSAKeyGenerator(2048).keyID("1").generate();
        JWKSet[] served = {new JWKSet(first.toPublicJWK())};
        HttpServer provider = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        provider.createContext("/jwks", exchange -> {
            byte[] body = served[0].toString().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        provider.start();
        URI url = URI.create("http://127.0.0.1:" + provider.getAddress().getPort() + "/jwks");
        try {
            Callers callers = callers(keys(TokenKeys.at(url)));
            assertThat(callers.of(bearer(signed(first))).role()).isEqualTo("clerk");
            RSAKey second = new RSAKeyGenerator(2048).keyID("2").generate();
            served[0] = new JWKSet(second.toPublicJWK());
            assertThat(callers.of(bearer(signed(second))).role()).isEqualTo("clerk");
            provider.stop(0);
            assertThat(callers.of(bearer(signed(second))).role()).isEqualTo("clerk");
            Callers late = callers(keys(TokenKeys.at(url)));
            assertRefused(() -> late.of(bearer(signed(second))), 503, "PT503", "can't be fetched now");
        } finally {
            provider.stop(0);
        }
    }

    @Test
    void keysInAFileFollowIt(@TempDir Path folder) throws IOException, JOSEException {
        Path file = Files.writeString(folder.resolve("secret"), Tokens.SECRET + "\n");
        Callers callers = callers(keys(TokenKeys.in(file)));
        String before = bearer(Tokens.signed(CLAIMS, Tokens.SECRET));
        assertThat(callers.of(before).role()).isEqualTo("clerk");

        String other = "another secret, and just as long as that";
        Files.writeString(file, other);
        String after = bearer(Tokens.signed(CLAIMS, other));
        await().ignoreExceptions().until(() -> callers.of(after).role().equals("clerk"));
        assertRefused(() -> callers.of(before), 401, "PGRST301", "None of the keys");

        RSAKey rsa = new RSAKeyGenerator(2048).keyID("1").generate();
        Files.writeString(file, "too short");
        Files.delete(file);
        assertThat(callers.of(after).role()).isEqualTo("clerk");
        Files.writeString(file, new JWKSet(rsa.toPublicJWK()).toString());
        await().ignoreExceptions()
                .until(() -> callers.of(bearer(signed(rsa))).role().equals("clerk"));

        assertThatThrownBy(() -> TokenKeys.in(folder.resolve("none"))).hasMessageContaining("can't read the secret in");
    }

    private static String signed(RSAKey key) throws JOSEException {
        JWSHeader header =
                new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(key.getKeyID()).build();
        return Tokens.signed(CLAIMS, header, new RSASSASigner(key));
    }

    @Test
    void whoBringsNoToken() {
        TokenSettings anonymous = new TokenSettings(Optional.empty(), Optional.of("anon"), Optional.empty());

        assertThat(callers(TokenSettings.none()).of((String) null)).isEqualTo(Caller.ANYBODY);
        assertThat(callers(anonymous).of((String) null)).isEqualTo(new Caller("anon", "{\"role\":\"anon\"}", true));
        assertRefused(
                () -> callers(Tokens.settings()).of((String) null), 401, "PGRST302", "Anonymous access is disabled");
        assertRefused(
                () -> callers(Tokens.settings()).of(bearer(Tokens.signed("{}", Tokens.SECRET))),
                401,
                "PGRST302",
                "Anonymous access is disabled");
        assertRefused(() -> callers(TokenSettings.none()).of(bearer("x.y.z")), 500, "PGRST300", "lacks JWT secret");
    }

    @Test
    void whatCanBeNoKeyIsRefusedAndNotShown() {
        for (String secret : List.of(
                "short but secret",
                "{\"kty\": \"oct\", \"k\": \"c2hvcnQ\"}",
                "{\"kty\": \"none\", \"k\": \"hidden\"}",
                "{\"keys\": []}",
                "{hidden")) {
            assertThatThrownBy(() -> TokenKeys.of(secret))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageNotContaining("hidden")
                    .hasMessageNotContaining("short but secret");
        }
        assertThatThrownBy(() -> TokenKeys.at(URI.create("nowhere"))).isInstanceOf(IllegalArgumentException.class);
        assertThat(TokenKeys.of(Tokens.SECRET).toString()).isEqualTo("TokenKeys");
    }

    private static void assertRefused(
            org.assertj.core.api.ThrowableAssert.ThrowingCallable call, int status, String code, String message) {
        assertThatThrownBy(call).isInstanceOfSatisfying(RpcError.class, error -> {
            assertThat(error.status()).isEqualTo(status);
            assertThat(error.json()).contains("\"" + code + "\"");
            assertThat(error).hasMessageContaining(message);
        });
    }
}
