package dev.howdah.gateway;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What is let through the door.
 *
 * @param maxBodyBytes the largest request body taken, in bytes; a larger one is answered 413. Default: 1 MiB
 * @param maxHeaderBytes how long a request's line and headers may be together, in bytes; more is answered 414 or 431.
 *     Default: 8 KiB
 * @param bodyTimeout how long a request may take to send its body; one that still comes then is answered 408. Default: 30 s
 * @param rateLimits for the requests of a role from one address, by role; {@code *} is every role that is not named. More
 *     are answered 429. Default: none
 * @param corsOrigins of web pages that may call, as {@code https://app.example}. Default: none
 * @param trustedProxies who is believed to say where a request comes from. Default: nobody
 * @param accessLog which requests have a line in the log. Default: those that were refused or failed
 */
public record TrafficSettings(
        int maxBodyBytes,
        int maxHeaderBytes,
        Duration bodyTimeout,
        Map<String, RateLimit> rateLimits,
        List<String> corsOrigins,
        TrustedProxies trustedProxies,
        AccessLog accessLog) {

    public static final int DEFAULT_MAX_BODY_BYTES = 1024 * 1024;
    public static final int DEFAULT_MAX_HEADER_BYTES = 8 * 1024;
    public static final Duration DEFAULT_BODY_TIMEOUT = Duration.ofSeconds(30);
    static final String EVERY_OTHER = "*";

    /** @throws IllegalArgumentException in one line, for what can't be */
    public TrafficSettings {
        rateLimits = Map.copyOf(rateLimits);
        corsOrigins = List.copyOf(corsOrigins);
        if (maxBodyBytes < 1) {
            throw new IllegalArgumentException("maxBodyBytes must be 1 or more, got " + maxBodyBytes);
        }
        if (maxHeaderBytes < 1024) {
            throw new IllegalArgumentException("maxHeaderBytes must be 1024 or more, got " + maxHeaderBytes);
        }
        if (bodyTimeout.toMillis() < 1) {
            throw new IllegalArgumentException("bodyTimeout must be 1 ms or more, got " + bodyTimeout);
        }
        for (String origin : corsOrigins) {
            if (!isOrigin(origin)) {
                throw new IllegalArgumentException(
                        "not an origin: '" + origin + "' (write https://app.example, without a path)");
            }
        }
    }

    private static boolean isOrigin(String text) {
        try {
            URI uri = URI.create(text);
            return uri.getHost() != null && text.matches("https?://[^/?#@]+");
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    public static TrafficSettings defaults() {
        return new TrafficSettings(
                DEFAULT_MAX_BODY_BYTES,
                DEFAULT_MAX_HEADER_BYTES,
                DEFAULT_BODY_TIMEOUT,
                Map.of(),
                List.of(),
                TrustedProxies.none(),
                AccessLog.ERRORS);
    }

    public TrafficSettings withMaxBodyBytes(int value) {
        return new TrafficSettings(
                value, maxHeaderBytes, bodyTimeout, rateLimits, corsOrigins, trustedProxies, accessLog);
    }

    public TrafficSettings withMaxHeaderBytes(int value) {
        return new TrafficSettings(
                maxBodyBytes, value, bodyTimeout, rateLimits, corsOrigins, trustedProxies, accessLog);
    }

    public TrafficSettings withBodyTimeout(Duration value) {
        return new TrafficSettings(
                maxBodyBytes, maxHeaderBytes, value, rateLimits, corsOrigins, trustedProxies, accessLog);
    }

    public TrafficSettings withRateLimits(Map<String, RateLimit> value) {
        return new TrafficSettings(
                maxBodyBytes, maxHeaderBytes, bodyTimeout, value, corsOrigins, trustedProxies, accessLog);
    }

    public TrafficSettings withCorsOrigins(List<String> value) {
        return new TrafficSettings(
                maxBodyBytes, maxHeaderBytes, bodyTimeout, rateLimits, value, trustedProxies, accessLog);
    }

    public TrafficSettings withTrustedProxies(TrustedProxies value) {
        return new TrafficSettings(
                maxBodyBytes, maxHeaderBytes, bodyTimeout, rateLimits, corsOrigins, value, accessLog);
    }

    public TrafficSettings withAccessLog(AccessLog value) {
        return new TrafficSettings(
                maxBodyBytes, maxHeaderBytes, bodyTimeout, rateLimits, corsOrigins, trustedProxies, value);
    }
}
