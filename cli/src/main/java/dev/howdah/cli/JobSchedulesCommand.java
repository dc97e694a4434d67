package dev.howdah.cli;

import dev.howdah.job.JobSchedule;
import dev.howdah.job.JobSchedules;
import java.io.PrintWriter;
import java.time.DateTimeException;
import java.time.ZoneId;
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
        name = "schedules",
        customSynopsis = {
            "howdah job schedules [OPTIONS] [list]",
            "       howdah job schedules [OPTIONS] put EXPRESSION ENTRYPOINT",
            "       howdah job schedules [OPTIONS] delete EXPRESSION ENTRYPOINT"
        },
        description = {
            "Shows, makes or removes schedules.",
            "A schedule sends a job at each time that its cron expression says: minute, hour, day, month, weekday and, if "
                    + "there are six, second. howdah serve and howdah up see to it."
        },
        footer = {"", "Example: howdah job schedules put '0 9 * * 1-5' report --zone Europe/Berlin"})
final class JobSchedulesCommand implements Callable<Integer> {

    enum Action {
        list,
        put,
        delete
    }

    @Mixin
    private JobDatabaseOption database = new JobDatabaseOption();

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "ACTION",
            description = "list, put or delete (default: list).")
    private Action action = Action.list;

    @Parameters(index = "1", arity = "0..1", paramLabel = "EXPRESSION", description = "When, in one argument.")
    private Optional<String> expression = Optional.empty();

    @Parameters(index = "2", arity = "0..1", paramLabel = "ENTRYPOINT", description = "Of the jobs.")
    private Optional<String> entrypoint = Optional.empty();

    @Option(names = "--zone", paramLabel = "ZONE", defaultValue = "UTC", description = "Whose clocks (default: UTC).")
    private String zone = "UTC";

    @Option(names = "--payload", paramLabel = "TEXT", description = "Of the jobs (default: none).")
    private Optional<String> payload = Optional.empty();

    @Option(names = "--priority", paramLabel = "N", description = "Of the jobs (default: 0).")
    private int priority;

    @Option(names = "--json", description = "Print the list as one line of JSON.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        if ((action == Action.list) != expression.isEmpty() || expression.isPresent() != entrypoint.isPresent()) {
            throw new CommandFailure(
                    ExitCode.USAGE, "put and delete need an EXPRESSION and an ENTRYPOINT, and list needs none");
        }
        return database.use(jobs -> switch (action) {
            case list -> list(jobs.schedules());
            case put -> put(jobs.schedules());
            case delete -> delete(jobs.schedules());
        });
    }

    private int list(JobSchedules schedules) {
        List<JobSchedules.Entry> all = schedules.list();
        if (json) {
            out().println(new ObjectMapper()
                    .writeValueAsString(
                            all.stream().map(JobSchedulesCommand::asMap).toList()));
        } else if (all.isEmpty()) {
            out().println("There are no schedules: make one with howdah job schedules put.");
        } else {
            Table table = new Table("ENTRYPOINT", "EXPRESSION", "ZONE", "NEXT", "LAST");
            all.forEach(entry -> table.row(
                    JobText.line(entry.schedule().entrypoint()),
                    entry.schedule().expression(),
                    entry.schedule().zone().getId(),
                    entry.next(),
                    entry.last() == null ? "-" : entry.last()));
            table.print(out());
        }
        return ExitCode.OK;
    }

    private int put(JobSchedules schedules) {
        JobSchedule schedule = JobSchedule.of(expression.orElseThrow(), entrypoint.orElseThrow())
                .withZone(zone())
                .withPriority(priority);
        schedules.put(payload.isPresent() ? schedule.withPayload(payload.get()) : schedule);
        out().println(schedules.list().stream()
                .filter(entry -> entry.schedule().expression().equals(schedule.expression())
                        && entry.schedule().entrypoint().equals(schedule.entrypoint()))
                .map(entry -> "The next job of " + schedule.entrypoint() + " is due at " + entry.next() + ".")
                .findFirst()
                .orElse("The schedule was removed meanwhile."));
        return ExitCode.OK;
    }

    private int delete(JobSchedules schedules) {
        if (!schedules.delete(expression.orElseThrow(), entrypoint.orElseThrow())) {
            throw new CommandFailure(ExitCode.FAILED, "there is no such schedule");
        }
        out().println("The schedule is removed.");
        return ExitCode.OK;
    }

    private ZoneId zone() {
        try {
            return ZoneId.of(zone);
        } catch (DateTimeException e) {
            throw new CommandFailure(ExitCode.USAGE, zone + " is no time zone (write UTC or Europe/Berlin)");
        }
    }

    private static Map<String, Object> asMap(JobSchedules.Entry entry) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("entrypoint", entry.schedule().entrypoint());
        map.put("expression", entry.schedule().expression());
        map.put("zone", entry.schedule().zone().getId());
        map.put("priority", entry.schedule().priority());
        map.put("next", entry.next().toString());
        if (entry.last() != null) {
            map.put("last", entry.last().toString());
        }
        return map;
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }
}
