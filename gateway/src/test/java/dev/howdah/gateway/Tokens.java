package dev.howdah.gateway;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.MACSigner;
import java.util.Optional;

/** Tokens as an identity provider would make them. */
final class Tokens {

    static final String SECRET = "a secret that is long enough for HS256";

    private Tokens() {}

    static TokenSettings settings() {
        return new TokenSettings(Optional.of(TokenKeys.of(SECRET)), Optional.empty(), Optional.empty());
    }

    /** {@code Authorization: Bearer …} with these claims, signed with the secret. */
    static String bearer(String claims) {
        return "Authorization: Bearer " + signed(claims, SECRET);
    }

    static String bearerFor(String role) {
        return bearer("{\"role\": \"" + role + "\"}");
    }

    static String signed(String claims, String secret) {
        try {
            return signed(claims, new JWSHeader(JWSAlgorithm.HS256), new MACSigner(secret));
        } catch (JOSEException e) {
            throw new IllegalArgumentException(e);
        }
    }

    static String signed(String claims, JWSHeader header, JWSSigner signer) {
        try {
            JWSObject token = new JWSObject(header, new Payload(claims));
            token.sign(signer);
            return token.serialize();
        } catch (JOSEException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
