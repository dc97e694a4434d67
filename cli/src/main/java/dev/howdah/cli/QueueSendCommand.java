package dev.howdah.cli;

import dev.howdah.queue.QueueSender;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "send",
        description = {
            "Sends messages to a queue, all or none.",
            "Each PAYLOAD is a message. Without any, stdin is one, or each of its lines with --lines, which takes millions "
                    + "of them. Prints the messages' ids, or with --lines how many there were."
        },
        footer = {
            "",
            "Example: howdah queue send pdfs '{\"order\": 1}' --priority 5 --property customer=c7",
            "         howdah queue send pdfs --lines < orders.jsonl"
        })
final class QueueSendCommand implements Callable<Integer> {

    @Mixin
    private QueueDatabase database = new QueueDatabase();

    @Parameters(index = "0", paramLabel = "NAME", description = "Which queue.")
    private String name = "";

    @Parameters(
            index = "1..*",
            paramLabel = "PAYLOAD",
            description = "What the messages hold: JSON, or XML with --xml. After -- it may begin with a dash.")
    private List<String> payloads = List.of();

    @Mixin
    private QueueMessageOptions messages = new QueueMessageOptions();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        boolean lines = messages.areLines(payloads);
        PrintWriter out = spec.commandLine().getOut();
        database.use(queues -> {
            QueueSender sender = queues.sender(name);
            if (lines) {
                out.println(sender.load(messages.each().iterator()) + " messages sent");
            } else {
                sender.sendAll(messages.all(payloads)).forEach(out::println);
            }
            return name;
        });
        return ExitCode.OK;
    }
}
