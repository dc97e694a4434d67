package dev.howdah.cli;

import dev.howdah.queue.NewMessage;
import dev.howdah.queue.QueuePublisher;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "publish",
        description = {
            "Publishes messages through an exchange, all or none.",
            "Each PAYLOAD is a message. Without any, stdin is one, or each of its lines with --lines. Prints of each how "
                    + "many queues got it."
        },
        footer = {"", "Example: howdah queue publish documents '{\"order\": 1}' --key invoice.paid"})
final class QueuePublishCommand implements Callable<Integer> {

    @Mixin
    private QueueDatabase database = new QueueDatabase();

    @Parameters(index = "0", paramLabel = "EXCHANGE", description = "Through which exchange.")
    private String exchange = "";

    @Option(names = "--key", paramLabel = "KEY", description = "Their routing key, for direct and topic exchanges.")
    private Optional<String> key = Optional.empty();

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
        List<NewMessage> all = messages.areLines(payloads) ? messages.each().toList() : messages.all(payloads);
        List<Integer> queues = database.use(there -> {
            QueuePublisher publisher = there.publisher(exchange);
            return publisher.publishAll(key.orElse(null), all);
        });
        queues.forEach(spec.commandLine().getOut()::println);
        return ExitCode.OK;
    }
}
