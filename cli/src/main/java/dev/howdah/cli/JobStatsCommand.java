package dev.howdah.cli;

import dev.howdah.job.JobCount;
import dev.howdah.job.JobStatus;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.ObjectMapper;

@Command(
        name = "stats",
        description = {
            "Counts jobs by entrypoint: those that are there, and what became of others.",
            "WAITING, AT WORK and HELD are now; the other columns are over the time that --since says."
        },
        footer = {"", "Example: howdah job stats --since 1d"})
final class JobStatsCommand implements Callable<Integer> {

    @Mixin
    private JobDatabaseOption database = new JobDatabaseOption();

    @Option(
            names = "--since",
            paramLabel = "DURATION",
            defaultValue = "1h",
            description = "Over how long (default: ${DEFAULT-VALUE}).")
    private Duration since = Duration.ofHours(1);

    @Option(names = "--json", description = "Print them as one line of JSON.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    /** An entrypoint's counts by status. */
    private record Counts(Map<JobStatus, Long> now, Map<JobStatus, Long> logged) {
        Counts() {
            this(new TreeMap<>(), new TreeMap<>());
        }

        long nowIs(JobStatus status) {
            return now.getOrDefault(status, 0L);
        }

        long loggedIs(JobStatus status) {
            return logged.getOrDefault(status, 0L);
        }
    }

    @Override
    public Integer call() throws Exception {
        Map<String, Counts> all = new TreeMap<>();
        database.use(jobs -> {
            for (JobCount count : jobs.counts()) {
                counts(all, count).now.put(count.status(), count.count());
            }
            for (JobCount count : jobs.logged(since)) {
                counts(all, count).logged.put(count.status(), count.count());
            }
            return all;
        });
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(new ObjectMapper().writeValueAsString(asMaps(all)));
        } else if (all.isEmpty()) {
            out.println("There are no jobs, and none were in the last " + DurationText.of(since) + ".");
        } else {
            Table table = new Table(
                    "ENTRYPOINT", ">WAITING", ">AT WORK", ">HELD", ">SUCCESSFUL", ">FAILED", ">CANCELED", ">DELETED");
            all.forEach((entrypoint, counts) -> table.row(
                    JobText.line(entrypoint),
                    counts.nowIs(JobStatus.QUEUED),
                    counts.nowIs(JobStatus.PICKED),
                    counts.nowIs(JobStatus.FAILED),
                    counts.loggedIs(JobStatus.SUCCESSFUL),
                    counts.loggedIs(JobStatus.EXCEPTION) + counts.loggedIs(JobStatus.FAILED),
                    counts.loggedIs(JobStatus.CANCELED),
                    counts.loggedIs(JobStatus.DELETED)));
            table.print(out);
        }
        return ExitCode.OK;
    }

    private static Counts counts(Map<String, Counts> all, JobCount count) {
        return all.computeIfAbsent(count.entrypoint(), name -> new Counts());
    }

    private static List<Map<String, Object>> asMaps(Map<String, Counts> all) {
        return all.entrySet().stream()
                .map(entry -> {
                    Map<String, Object> map = new LinkedHashMap<>();
                    map.put("entrypoint", entry.getKey());
                    map.put("now", byLabel(entry.getValue().now));
                    map.put("logged", byLabel(entry.getValue().logged));
                    return map;
                })
                .toList();
    }

    private static Map<String, Long> byLabel(Map<JobStatus, Long> counts) {
        Map<String, Long> labelled = new LinkedHashMap<>();
        counts.forEach((status, count) -> labelled.put(JobText.status(status), count));
        return labelled;
    }
}
