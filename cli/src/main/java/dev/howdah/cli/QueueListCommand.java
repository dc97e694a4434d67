package dev.howdah.cli;

import dev.howdah.queue.QueueInfo;
import dev.howdah.queue.Queues;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.ObjectMapper;

@Command(
        name = "list",
        description = {
            "Shows all queues.",
            "READY are messages that can be read or are being read, OLDEST since when the first of them has been there. "
                    + "WAITING are those that are not due yet, DEAD those that were given up and are kept aside; what went "
                    + "to a dead-letter queue is READY there."
        },
        footer = {"", "Example: howdah queue list"})
final class QueueListCommand implements Callable<Integer> {

    @Mixin
    private QueueDatabase database = new QueueDatabase();

    @Option(names = "--json", description = "Print them as one line of JSON; times in ms.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        List<QueueInfo> queues = database.use(Queues::list);
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(new ObjectMapper()
                    .writeValueAsString(
                            queues.stream().map(QueueListCommand::asMap).toList()));
        } else if (queues.isEmpty()) {
            out.println("There are no queues yet: make one with howdah queue create NAME.");
        } else {
            Table table = new Table(
                    "QUEUE", "TYPE", ">READY", ">OLDEST", ">WAITING", ">DEAD", ">RETRIES", ">DELAY", "DEAD LETTERS TO");
            queues.forEach(queue -> table.row(
                    queue.name(),
                    queue.isForDeadLetters() ? "D" : "N",
                    queue.ready(),
                    queue.oldest().map(QueueListCommand::age).orElse("-"),
                    queue.waiting(),
                    queue.dead(),
                    queue.retries(),
                    DurationText.of(queue.retryDelay()),
                    queue.deadLetterQueue().orElse("-")));
            table.print(out);
        }
        return ExitCode.OK;
    }

    /** By the clock of this machine. */
    private static String age(Instant sent) {
        return DurationText.of(Duration.between(sent, Instant.now()));
    }

    private static Map<String, Object> asMap(QueueInfo queue) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("name", queue.name());
        map.put("type", queue.isForDeadLetters() ? "D" : "N");
        map.put("owner", queue.owner());
        map.put("ready", queue.ready());
        queue.oldest().ifPresent(oldest -> map.put("oldest", oldest.toString()));
        map.put("waiting", queue.waiting());
        map.put("dead", queue.dead());
        map.put("retries", queue.retries());
        map.put("retry_delay_ms", queue.retryDelay().toMillis());
        map.put("backoff", queue.backoffFactor());
        map.put("backoff_max_ms", queue.backoffMax().toMillis());
        queue.deadLetterQueue().ifPresent(name -> map.put("dead_letter_queue", name));
        queue.callback().ifPresent(procedure -> map.put("callback", procedure));
        queue.callbackProblem().ifPresent(problem -> map.put("callback_problem", problem));
        return map;
    }
}
