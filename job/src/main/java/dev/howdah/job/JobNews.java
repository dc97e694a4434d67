package dev.howdah.job;

import dev.howdah.core.Wakeups;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a worker hears on PGQueuer's channel: that jobs came, that jobs went, and which ones were canceled. */
final class JobNews implements Wakeups.Wakeup {

    /** Jobs that went are no reason to look for jobs, unless a limit had them wait. */
    private static final Pattern WENT = Pattern.compile("\"operation\"\\s*:\\s*\"(delete|truncate)\"");

    private static final Pattern CANCELED =
            Pattern.compile("\"type\"\\s*:\\s*\"cancellation_event\"", Pattern.CASE_INSENSITIVE);
    private static final Pattern IDS = Pattern.compile("\"ids\"\\s*:\\s*\\[([\\d\\s,]*)]");
    private static final Pattern COMMA = Pattern.compile("\\s*,\\s*");

    private final InFlight inFlight;
    private final JobClaimer claimer;

    JobNews(InFlight inFlight, JobClaimer claimer) {
        this.inFlight = inFlight;
        this.claimer = claimer;
    }

    @Override
    public void woken(@Nullable String payload) {
        if (payload != null && CANCELED.matcher(payload).find()) {
            canceled(payload);
        } else if (payload != null && WENT.matcher(payload).find()) {
            claimer.tellWent();
        } else {
            claimer.tellNews();
        }
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
