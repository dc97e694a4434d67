package dev.howdah.gateway;

import java.util.Set;

/**
 * How the gateway behaves.
 *
 * @param exposed the functions that may be called; default: {@code fn_pgqueuer_enqueue} alone
 * @param maxBodyBytes the largest request body taken, in bytes; a larger one is answered 413. Default: 1 MiB
 */
public record GatewaySettings(Set<String> exposed, int maxBodyBytes) {

    public static final int DEFAULT_MAX_BODY_BYTES = 1024 * 1024;

    public GatewaySettings {
        exposed = Set.copyOf(exposed);
        if (maxBodyBytes < 1) {
            throw new IllegalArgumentException("maxBodyBytes must be 1 or more, got " + maxBodyBytes);
        }
    }

    public static GatewaySettings defaults() {
        return new GatewaySettings(Set.of("fn_pgqueuer_enqueue"), DEFAULT_MAX_BODY_BYTES);
    }

    public GatewaySettings withMaxBodyBytes(int value) {
        return new GatewaySettings(exposed, value);
    }
}
