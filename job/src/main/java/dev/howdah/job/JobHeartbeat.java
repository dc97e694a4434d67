package dev.howdah.job;

import dev.howdah.core.Duty;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps the jobs in flight this worker's own, and notices those that no longer are. */
final class JobHeartbeat implements Duty {

    private static final Logger log = LoggerFactory.getLogger(JobHeartbeat.class);

    private final JobFetcher fetcher;
    private final InFlight inFlight;
    private final Duration interval;

    JobHeartbeat(JobFetcher fetcher, InFlight inFlight, Duration interval) {
        this.fetcher = fetcher;
        this.inFlight = inFlight;
        this.interval = interval;
    }

    @Override
    public String name() {
        return "job-heartbeat";
    }

    @Override
    public Duration idle() {
        return interval;
    }

    @Override
    public int doWork() {
        Map<Long, JobExecution> claimed = inFlight.byId();
        if (!claimed.isEmpty()) {
            Set<Long> own = fetcher.heartbeat(claimed.keySet());
            claimed.forEach((id, execution) -> {
                if (!own.contains(id)) {
                    lost(id, execution);
                }
            });
        }
        return 0;
    }

    /** Canceled, or taken over while this worker was silent: whatever its handler returns is not written. */
    private static void lost(long id, JobExecution execution) {
        if (!execution.isGone(id) && execution.gone(id)) {
            log.warn("job {} is no longer this worker's; its handler is interrupted", id);
        }
    }
}
