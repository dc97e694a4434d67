package dev.howdah.gateway;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.AsymmetricJWK;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyType;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.jwk.source.RateLimitReachedException;
import com.nimbusds.jose.proc.SecurityContext;
import java.net.MalformedURLException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.Key;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The keys that tokens may be signed with. Which algorithms follows from the keys: HS256, HS384 and HS512 from secrets,
 * RS…, PS… and ES… from public keys.
 */
public final class TokenKeys {

    private static final int SECRET_BYTES = 32;

    private final JWKSource<SecurityContext> source;

    private TokenKeys(JWKSource<SecurityContext> source) {
        this.source = source;
    }

    /**
     * Keys that stay the same: a secret of 32 bytes or more as it is, a JWK, or a set of them (JWKS).
     *
     * @throws IllegalArgumentException in one line that does not show the secret, if it is none of these
     */
    public static TokenKeys of(String secretOrKeys) {
        JWKSet keys = set(secretOrKeys);
        return new TokenKeys((selector, context) -> selector.select(keys));
    }

    /**
     * Keys in a file, written in any of these ways. When it changes it is read again, within a second; while what is in it
     * can't be used, the keys stay as they were.
     *
     * @throws IllegalArgumentException in one line that does not show the secret, if it can't be used now
     */
    public static TokenKeys in(Path file) {
        return new TokenKeys(new KeyFile(file));
    }

    static JWKSet set(String secretOrKeys) {
        String text = secretOrKeys.strip();
        JWKSet keys = text.startsWith("{") ? parsed(text) : new JWKSet(secret(text));
        for (JWK key : keys.getKeys()) {
            if (key instanceof OctetSequenceKey secret && secret.toByteArray().length < SECRET_BYTES) {
                throw tooShort(secret.toByteArray().length);
            }
        }
        if (keys.isEmpty()) {
            throw new IllegalArgumentException("the set of keys for tokens is empty");
        }
        return keys;
    }

    /**
     * Keys that are fetched when they are needed, kept for five minutes, and fetched again when a token names one that is
     * not there. An outage of up to an hour is survived with those that are known.
     *
     * @param jwks of a set of keys: http, https or file
     */
    public static TokenKeys at(URI jwks) {
        try {
            return new TokenKeys(JWKSourceBuilder.<SecurityContext>create(jwks.toURL())
                    .retrying(true)
                    .outageTolerant(3_600_000)
                    .build());
        } catch (MalformedURLException | IllegalArgumentException e) {
            throw new IllegalArgumentException("not the address of a set of keys: " + jwks, e);
        }
    }

    private static JWKSet parsed(String json) {
        try {
            return json.contains("\"keys\"") ? JWKSet.parse(json) : new JWKSet(JWK.parse(json));
        } catch (ParseException e) {
            throw new IllegalArgumentException(
                    "the key for tokens is neither a JWK nor a JWKS"); // whose text is secret
        }
    }

    private static JWK secret(String secret) {
        byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
        if (bytes.length < SECRET_BYTES) {
            throw tooShort(bytes.length);
        }
        return new OctetSequenceKey.Builder(bytes).build();
    }

    private static IllegalArgumentException tooShort(int bytes) {
        return new IllegalArgumentException(
                "the secret for tokens must have " + SECRET_BYTES + " bytes or more, it has " + bytes);
    }

    /**
     * Those that a token with this header may be signed with. One that names a key means it, if the keys have names.
     *
     * @throws RpcError 503 if they can't be fetched now
     */
    List<Key> keysFor(JWSHeader header) {
        KeyType type = KeyType.forAlgorithm(header.getAlgorithm());
        if (type == null) {
            return List.of();
        }
        JWKMatcher matcher = new JWKMatcher.Builder()
                .keyType(type)
                .algorithms(header.getAlgorithm(), null)
                .build();
        try {
            List<JWK> keys = source.get(new JWKSelector(named(header, type)), null);
            if (keys.isEmpty()) {
                keys = source.get(new JWKSelector(matcher), null).stream()
                        .filter(key -> key.getKeyID() == null)
                        .toList();
            }
            List<Key> found = new ArrayList<>();
            for (JWK key : keys) {
                found.add(
                        key instanceof AsymmetricJWK pair
                                ? pair.toPublicKey()
                                : ((OctetSequenceKey) key).toSecretKey());
            }
            return found;
        } catch (RateLimitReachedException e) {
            return List.of(); // fetched just now, and it is not there
        } catch (KeySourceException e) {
            throw RpcError.noKeys();
        } catch (JOSEException e) {
            return List.of();
        }
    }

    private static JWKMatcher named(JWSHeader header, KeyType type) {
        JWSAlgorithm algorithm = header.getAlgorithm();
        JWKMatcher.Builder matcher = new JWKMatcher.Builder().keyType(type).algorithms(algorithm, null);
        return Objects.isNull(header.getKeyID())
                ? matcher.build()
                : matcher.keyID(header.getKeyID()).build();
    }

    /** No secret. */
    @Override
    public String toString() {
        return "TokenKeys";
    }
}
