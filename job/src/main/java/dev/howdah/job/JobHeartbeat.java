package dev.howdah.job;

import dev.howdah.core.Duty;
import java.time.Duration;
import java.util.Collection;
import java.util.Set;
import java.util.stream.Collectors;
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
        Collection<JobExecution> claimed = inFlight.all();
        if (!claimed.isEmpty()) {
            Set<Long> own = fetcher.heartbeat(
                    claimed.stream().map(execution -> execution.job().id()).collect(Collectors.toSet()));
            claimed.stream()
                    .filter(execution -> !own.contains(execution.job().id()))
                    .forEach(this::lost);
        }
        return 0;
    }

    /** Canceled, or taken over while this worker was silent: whatever its handler returns is not written. */
    private void lost(JobExecution execution) {
        if (execution.interrupt()) {
            log.warn(
                    "job {} is no longer this worker's; its handler is interrupted",
                    execution.job().id());
        }
    }
}
