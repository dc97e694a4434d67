package dev.howdah.cli;

import dev.howdah.job.Job;
import dev.howdah.job.JobEvent;
import dev.howdah.job.JobInfo;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.ObjectMapper;

@Command(
        name = "show",
        description = {"Shows a job and its history.", "Of one that has ended, the history is what remains."},
        footer = {"", "Example: howdah job show 17"})
final class JobShowCommand implements Callable<Integer> {

    @Mixin
    private JobDatabaseOption database = new JobDatabaseOption();

    @Parameters(index = "0", paramLabel = "ID", description = "Which job.")
    private long id;

    @Option(names = "--json", description = "Print it as one line of JSON.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        return database.use(jobs -> {
            Optional<JobInfo> job = jobs.find(id);
            List<JobEvent> history = jobs.history(id);
            if (job.isEmpty() && history.isEmpty()) {
                throw new CommandFailure(ExitCode.FAILED, "there is no job " + id + ", and none in the log");
            }
            PrintWriter out = spec.commandLine().getOut();
            if (json) {
                out.println(job.map(info -> JobText.json(info, history)).orElseGet(() -> ended(history)));
            } else {
                job.ifPresentOrElse(info -> print(out, info), () -> out.println("Job " + id + " has ended."));
                Table table = new Table("TIME", "STATUS", "REASON");
                history.forEach(event ->
                        table.row(event.time(), JobText.status(event.status()), JobText.reason(event.traceback())));
                out.println();
                table.print(out);
            }
            return ExitCode.OK;
        });
    }

    private String ended(List<JobEvent> history) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("id", id);
        map.put("history", history.stream().map(JobText::asMap).toList());
        return new ObjectMapper().writeValueAsString(map);
    }

    private static void print(PrintWriter out, JobInfo info) {
        Job job = info.job();
        out.printf("Job %d of %s is %s.%n", job.id(), job.entrypoint(), JobText.status(info.status()));
        out.printf("  priority %d, attempts %d%n", job.priority(), job.attempts());
        out.printf("  sent     %s%n  due      %s%n", job.created(), info.due());
        if (info.worker() != null) {
            out.printf("  worker   %s%n", info.worker());
        }
        if (job.dedupeKey() != null) {
            out.printf("  key      %s%n", job.dedupeKey());
        }
        if (job.headers() != null) {
            out.printf("  headers  %s%n", job.headers());
        }
        out.printf("  payload  %s%n", JobText.payload(job));
    }
}
