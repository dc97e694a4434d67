package dev.howdah.job;

import static dev.howdah.job.JobDatabase.texts;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The entrypoints of a worker that have limits. A claim counts the picked jobs of these, beginning at a time before which
 * none was picked, so that it need not walk over all that were picked and done since a snapshot was taken.
 */
final class Limits {

    private static final Duration LOOK_EVERY = Duration.ofSeconds(10);
    private static final int SHARE = 50;

    private final Map<String, HandlerOptions> limited = new LinkedHashMap<>();
    private @Nullable String oldest;
    private @Nullable String lookedAt;
    private long nextLook;

    Limits(Map<String, HandlerOptions> options) {
        options.forEach((entrypoint, of) -> {
            if (of.limit() != null || of.rate() != null) {
                limited.put(entrypoint, of);
            }
        });
    }

    static Limits none() {
        return new Limits(Map.of());
    }

    boolean isEmpty() {
        return limited.isEmpty();
    }

    boolean has(String entrypoint) {
        return limited.containsKey(entrypoint);
    }

    Collection<String> entrypoints() {
        return limited.keySet();
    }

    /** Looks for the oldest picked job, if it is time to. */
    void look(JobDatabase database) {
        long now = System.nanoTime();
        if (oldest != null && now - nextLook < 0) {
            return;
        }
        database.row(
                ClaimSql.OLDEST_PICKED,
                row -> {
                    oldest = row.getString(1);
                    lookedAt = row.getString(2);
                    return true;
                },
                texts(entrypoints()));
        long cost = System.nanoTime() - now;
        nextLook = now + Math.max(LOOK_EVERY.toNanos(), SHARE * cost);
    }

    /** As {@link ClaimSql#CLAIM_LIMITED} takes them. */
    List<@Nullable Object> arguments() {
        List<HandlerOptions> options = List.copyOf(limited.values());
        List<@Nullable Object> arguments = new ArrayList<>();
        arguments.add(texts(entrypoints()));
        arguments.add((JobDatabase.Argument) connection -> connection.createArrayOf(
                "int4", options.stream().map(HandlerOptions::limit).toArray()));
        arguments.add((JobDatabase.Argument) connection -> connection.createArrayOf(
                "int4",
                options.stream()
                        .map(of -> of.rate() == null ? null : of.rate().jobs())
                        .toArray()));
        arguments.add(texts(
                options,
                of -> of.rate() == null ? null : JobDatabase.interval(of.rate().period())));
        arguments.add(lookedAt);
        arguments.add(oldest);
        return arguments;
    }
}
