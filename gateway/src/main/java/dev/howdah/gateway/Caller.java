package dev.howdah.gateway;

import org.jspecify.annotations.Nullable;

/**
 * Who makes a request.
 *
 * @param role in which PostgreSQL runs it; null is the role that the gateway connects as
 * @param claims the token's, as JSON, or what stands for them where there is no token
 * @param anonymous whether it came without a token though there might have been one
 */
record Caller(@Nullable String role, String claims, boolean anonymous) {

    /** Of a gateway that asks nobody who they are. */
    static final Caller ANYBODY = new Caller(null, "{}", false);

    /** The role for {@code set role}. */
    String roleSetting() {
        return role == null ? "none" : role;
    }
}
