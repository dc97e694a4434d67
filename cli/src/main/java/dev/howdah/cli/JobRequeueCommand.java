package dev.howdah.cli;

import dev.howdah.core.HowdahException;
import dev.howdah.job.FailedJobs;
import dev.howdah.job.JobInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "requeue",
        description = {"Puts jobs that failed and are held back in line.", "They are due at once, with no attempts."},
        footer = {"", "Example: howdah job requeue 17", "         howdah job requeue --all"})
final class JobRequeueCommand implements Callable<Integer> {

    @Mixin
    private JobDatabaseOption database = new JobDatabaseOption();

    @Parameters(arity = "0..*", paramLabel = "ID", description = "Which jobs.")
    private List<Long> ids = List.of();

    @Option(names = "--all", description = "All that are held.")
    private boolean all;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        if (ids.isEmpty() != all) {
            throw new CommandFailure(ExitCode.USAGE, "say which jobs to requeue, by their IDs or with --all");
        }
        return database.use(jobs -> {
            FailedJobs failed = jobs.failed();
            List<Long> wanted = all
                    ? failed.list(Integer.MAX_VALUE).stream()
                            .map(JobInfo::job)
                            .map(job -> job.id())
                            .toList()
                    : ids;
            try {
                return JobIds.report(spec, wanted, failed.requeue(wanted), "queued again", "is not held");
            } catch (HowdahException.Duplicate e) {
                return JobIds.report(
                        spec,
                        wanted,
                        oneByOne(failed, wanted),
                        "queued again",
                        "is not held, or a job with its dedupe key waits or is at work");
            }
        });
    }

    /** As all of them can't be. */
    private static List<Long> oneByOne(FailedJobs failed, List<Long> ids) {
        List<Long> requeued = new ArrayList<>();
        for (long id : ids) {
            try {
                requeued.addAll(failed.requeue(List.of(id)));
            } catch (HowdahException.Duplicate e) {
                // stays held
            }
        }
        return requeued;
    }
}
