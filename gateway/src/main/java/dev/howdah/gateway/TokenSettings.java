package dev.howdah.gateway;

import java.util.Optional;

/**
 * How callers say who they are: {@code Authorization: Bearer} with a JWT, whose {@code role} the call runs in. The role that
 * the gateway connects as must be a member of it.
 *
 * @param keys what tokens are signed with. Default: none; nobody is asked, everybody has the gateway's own role, and only
 *     loopback may be listened on
 * @param anonymousRole the role of callers without a token. Default: none; with keys they are refused (401)
 * @param audience what a token's {@code aud}, if it has one, must contain. Default: anything
 */
public record TokenSettings(Optional<TokenKeys> keys, Optional<String> anonymousRole, Optional<String> audience) {

    public TokenSettings {
        if (anonymousRole.filter(String::isBlank).isPresent()) {
            throw new IllegalArgumentException("the anonymous role must have a name");
        }
        if (audience.isPresent() && keys.isEmpty()) {
            throw new IllegalArgumentException("an audience is of no use without a secret or keys for tokens");
        }
    }

    public static TokenSettings none() {
        return new TokenSettings(Optional.empty(), Optional.empty(), Optional.empty());
    }
}
