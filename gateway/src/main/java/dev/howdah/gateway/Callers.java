package dev.howdah.gateway;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.factories.DefaultJWSVerifierFactory;
import java.security.Key;
import java.text.ParseException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** Finds out who makes a request, by the token that it brings. */
final class Callers {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern BEARER = Pattern.compile("(?i)bearer(?: +(.*))?");
    /** How far clocks may differ. */
    private static final long SKEW_SECONDS = 30;

    private final TokenSettings settings;
    private final Clock clock;
    private final DefaultJWSVerifierFactory verifiers = new DefaultJWSVerifierFactory();

    Callers(TokenSettings settings, Clock clock) {
        this.settings = settings;
        this.clock = clock;
    }

    /** Whether everybody is answered without a token, and as the gateway's own role or the anonymous one. */
    boolean asksNobody() {
        return settings.keys().isEmpty();
    }

    /**
     * @param authorization the header of that name; anything but a bearer's token counts as none
     * @throws RpcError 401 for who may not call, 500 for a token where there is no key, 503 if the keys can't be had
     */
    Caller of(@Nullable String authorization) {
        if (authorization == null) {
            return anonymous();
        }
        Matcher bearer = BEARER.matcher(authorization.strip());
        if (!bearer.matches()) {
            return anonymous();
        }
        TokenKeys keys = settings.keys().orElseThrow(RpcError::noSecret);
        String token = bearer.group(1) == null ? "" : bearer.group(1).strip();
        if (token.isEmpty()) {
            throw RpcError.badToken("Empty JWT is sent in Authorization header");
        }
        String claims = verified(token, keys);
        return of(claims, checked(claims));
    }

    private Caller anonymous() {
        if (settings.anonymousRole().isPresent()) {
            String role = settings.anonymousRole().get();
            return new Caller(role, JSON.writeValueAsString(Map.of("role", role)), true);
        }
        if (settings.keys().isPresent()) {
            throw RpcError.noToken();
        }
        return Caller.ANYBODY;
    }

    private Caller of(String claims, JsonNode checked) {
        JsonNode role = checked.path("role");
        if (role.isMissingNode() || role.isNull()) {
            String anonymous = settings.anonymousRole().orElseThrow(RpcError::noToken);
            return new Caller(anonymous, claims, true);
        }
        if (!role.isString()
                || role.stringValue().isEmpty()
                || role.stringValue().equals("none")) {
            throw RpcError.badClaims("The JWT 'role' claim must be the name of a role");
        }
        return new Caller(role.stringValue(), claims, false);
    }

    /** The payload of a token, if one of the keys signed it. */
    private String verified(String token, TokenKeys keys) {
        int parts = token.split("\\.", -1).length;
        if (parts != 3) {
            throw RpcError.badToken("Expected 3 parts in JWT; got " + parts);
        }
        try {
            JWSObject signed = JWSObject.parse(token);
            List<Key> candidates = keys.keysFor(signed.getHeader());
            for (Key key : candidates) {
                if (isSignedWith(key, signed)) {
                    return signed.getPayload().toString();
                }
            }
            throw RpcError.badToken(
                    candidates.isEmpty()
                            ? "No suitable key or wrong key type"
                            : "None of the keys was able to decode the JWT");
        } catch (ParseException | IllegalArgumentException e) {
            throw RpcError.badToken("Wrong or unsupported encoding algorithm");
        }
    }

    private boolean isSignedWith(Key key, JWSObject signed) {
        try {
            JWSVerifier verifier = verifiers.createJWSVerifier(signed.getHeader(), key);
            return signed.verify(verifier);
        } catch (JOSEException e) {
            return false; // a key of another length or kind than the algorithm's
        }
    }

    private JsonNode checked(String claims) {
        JsonNode checked;
        try {
            checked = JSON.readTree(claims);
        } catch (JacksonException e) {
            throw RpcError.badClaims("Parsing claims failed");
        }
        if (!checked.isObject()) {
            throw RpcError.badClaims("Parsing claims failed");
        }
        double now = clock.millis() / 1000.0;
        if (seconds(checked, "exp", Double.MAX_VALUE) + SKEW_SECONDS <= now) {
            throw RpcError.badClaims("JWT expired");
        }
        if (seconds(checked, "nbf", 0) - SKEW_SECONDS > now) {
            throw RpcError.badClaims("JWT not yet valid");
        }
        if (seconds(checked, "iat", 0) - SKEW_SECONDS > now) {
            throw RpcError.badClaims("JWT issued at future");
        }
        settings.audience().ifPresent(audience -> checkAudience(checked.path("aud"), audience));
        return checked;
    }

    private static double seconds(JsonNode claims, String name, double otherwise) {
        JsonNode value = claims.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return otherwise;
        }
        if (!value.isNumber()) {
            throw RpcError.badClaims("The JWT '" + name + "' claim must be a number");
        }
        return value.doubleValue();
    }

    /** One without an audience is for all of them, as with PostgREST. */
    private static void checkAudience(@Nullable JsonNode aud, String audience) {
        if (aud == null || aud.isMissingNode() || aud.isNull() || aud.isArray() && aud.isEmpty()) {
            return;
        }
        if (!aud.isString() && !aud.isArray()) {
            throw RpcError.badClaims("The JWT 'aud' claim must be a string or an array of strings");
        }
        boolean meant = aud.isString() && aud.stringValue().equals(audience);
        for (JsonNode each : aud.isArray() ? aud : JSON.createArrayNode()) {
            meant |= each.isString() && each.stringValue().equals(audience);
        }
        if (!meant) {
            throw RpcError.badClaims("JWT not in audience");
        }
    }
}
