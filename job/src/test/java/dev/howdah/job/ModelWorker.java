package dev.howdah.job;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/** A worker without threads. What it was handed and has not settled is in flight, whosever it may be by now. */
final class ModelWorker {

    final int number;
    final UUID id = UUID.randomUUID();
    final JobSettler settler;
    final LookBehind behind;
    final List<Job> inFlight = new ArrayList<>();
    private final JobDatabase database;
    private final Map<String, HandlerOptions> options;
    private final LineFronts fronts;

    ModelWorker(JobDatabase database, int number, Map<String, HandlerOptions> options) {
        this.database = database;
        this.number = number;
        this.options = options;
        settler = new JobSettler(database, id);
        fronts = new LineFronts(JobModel.ENTRYPOINTS, new Limits(options), 1, Duration.ZERO);
        behind = new LookBehind(fetcher(Limits.none()), fronts);
    }

    List<Job> claim(int max) {
        Limits limits = new Limits(options); // anew, as the model moves times that the clock never moves
        JobFetcher.Claim claim = fetcher(limits)
                .claim(
                        max,
                        new JobFetcher.Look(fronts.ranges(), new Shares(JobModel.ENTRYPOINTS, limits), behind.ids()),
                        ids(),
                        start -> {});
        fronts.claimed(claim.jobs().subList(0, claim.inARow()));
        behind.claimed(claim.jobs());
        return claim.jobs().stream().map(ClaimedJob::job).toList();
    }

    List<Job> takeOver() {
        return fetcher(Limits.none()).takeOver(1_000, ids()).stream()
                .map(ClaimedJob::job)
                .toList();
    }

    Set<Long> heartbeat() {
        return fetcher(Limits.none()).heartbeat(ids());
    }

    Set<Long> ids() {
        return inFlight.stream().map(Job::id).collect(Collectors.toSet());
    }

    private JobFetcher fetcher(Limits limits) {
        return new JobFetcher(database, id, JobModel.ENTRYPOINTS, limits, Duration.ofSeconds(30), false);
    }
}
