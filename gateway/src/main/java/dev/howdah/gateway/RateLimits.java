package dev.howdah.gateway;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Counts requests, by role and address. A server counts for itself. */
final class RateLimits {

    /** Of more callers at a time, those who came least are forgotten. */
    private static final long CALLERS = 100_000;

    private final Map<String, RateLimit> limits;
    private final Cache<CallerKey, Bucket> buckets = Caffeine.newBuilder()
            .maximumSize(CALLERS)
            .expireAfterAccess(Duration.ofHours(2))
            .build();

    private record CallerKey(String role, String address) {}

    /** @param limits by role; {@code *} is every role that is not named */
    RateLimits(Map<String, RateLimit> limits) {
        this.limits = limits;
    }

    /**
     * Counts a request.
     *
     * @param role null if it has none, because it was refused or nobody is asked
     * @throws RpcError 429 if there were too many before
     */
    void count(@Nullable String role, String address) {
        String named = role == null ? "" : role;
        RateLimit limit = limits.getOrDefault(named, limits.get(TrafficSettings.EVERY_OTHER));
        if (limit == null) {
            return;
        }
        Bucket bucket = buckets.get(
                new CallerKey(named, address),
                ignored -> Bucket.builder()
                        .addLimit(bandwidth ->
                                bandwidth.capacity(limit.requests()).refillGreedy(limit.requests(), limit.period()))
                        .build());
        ConsumptionProbe probe = bucket.tryConsumeAndReturnRemaining(1);
        if (!probe.isConsumed()) {
            throw RpcError.tooManyRequests(1 + TimeUnit.NANOSECONDS.toSeconds(probe.getNanosToWaitForRefill()));
        }
    }
}
