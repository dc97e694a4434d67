package dev.howdah.job;

import dev.howdah.core.Wakeups;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a worker hears on PGQueuer's channel: that jobs came, that jobs went, and which ones were canceled. */
final class JobNews implements Wakeups.Wakeup {

    /** So soon after a job was sent here, its notification may be expected. */
    private static final long SOON = Duration.ofMillis(100).toNanos();

    private static final Pattern CAME = Pattern.compile("\"operation\"\\s*:\\s*\"insert\"");

    /** Jobs that went are no reason to look for jobs, unless a limit had them wait. */
    private static final Pattern WENT = Pattern.compile("\"operation\"\\s*:\\s*\"(delete|truncate)\"");

    private static final Pattern CANCELED =
            Pattern.compile("\"type\"\\s*:\\s*\"cancellation_event\"", Pattern.CASE_INSENSITIVE);
    private static final Pattern IDS = Pattern.compile("\"ids\"\\s*:\\s*\\[([\\d\\s,]*)]");
    private static final Pattern COMMA = Pattern.compile("\\s*,\\s*");

    private final InFlight inFlight;
    private final JobClaimer claimer;
    /** How many notifications are still to come of jobs that were sent here. */
    private final AtomicInteger own = new AtomicInteger();

    private volatile long lastSent = System.nanoTime();

    JobNews(InFlight inFlight, JobClaimer claimer) {
        this.inFlight = inFlight;
        this.claimer = claimer;
    }

    /** Jobs were sent by this process, in one statement: known at once, a millisecond before their notification comes. */
    void sent() {
        own.incrementAndGet();
        lastSent = System.nanoTime();
        claimer.tellSent();
    }

    @Override
    public void woken(@Nullable String payload) {
        if (payload != null && CANCELED.matcher(payload).find()) {
            canceled(payload);
        } else if (payload != null && WENT.matcher(payload).find()) {
            claimer.tellWent();
        } else if (payload == null || !CAME.matcher(payload).find() || !isOwn()) {
            claimer.tellNews();
        }
    }

    /**
     * Whether this is news that was known. If it is in truth somebody else's, then the own one, which is still to come, is
     * taken for his.
     */
    private boolean isOwn() {
        if (System.nanoTime() - lastSent > SOON) {
            own.set(0);
        }
        return own.getAndUpdate(n -> Math.max(0, n - 1)) > 0;
    }

    private void canceled(String payload) {
        Matcher ids = IDS.matcher(payload);
        if (ids.find()) {
            COMMA.splitAsStream(ids.group(1).strip())
                    .filter(id -> !id.isEmpty())
                    .mapToLong(Long::parseLong)
                    .forEach(id -> inFlight.of(id).ifPresent(execution -> execution.gone(id)));
        }
    }
}
