package dev.howdah.cli;

import dev.howdah.queue.Binding;
import dev.howdah.queue.ExchangeInfo;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.ObjectMapper;

@Command(
        name = "bindings",
        description = "Shows which queues are bound to which exchanges, and by which keys.",
        footer = {"", "Example: howdah queue bindings documents"})
final class QueueBindingsCommand implements Callable<Integer> {

    @Mixin
    private QueueDatabase database = new QueueDatabase();

    @Parameters(arity = "0..1", paramLabel = "EXCHANGE", description = "Which exchange (default: all of them).")
    private Optional<String> exchange = Optional.empty();

    @Option(names = "--json", description = "Print them as one line of JSON.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        List<Binding> bindings = database.use(queues -> exchange.map(Stream::of)
                .orElseGet(() -> queues.exchanges().list().stream().map(ExchangeInfo::name))
                .flatMap(name -> queues.exchanges().bindings(name).stream())
                .toList());
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(new ObjectMapper()
                    .writeValueAsString(
                            bindings.stream().map(QueueBindingsCommand::asMap).toList()));
        } else if (bindings.isEmpty()) {
            out.println("No queue is bound.");
        } else {
            Table table = new Table("EXCHANGE", "QUEUE", "KEY");
            bindings.forEach(binding -> table.row(
                    binding.exchange(),
                    binding.queue(),
                    PlainText.oneLine(binding.key().orElse("-"))));
            table.print(out);
        }
        return ExitCode.OK;
    }

    private static Map<String, Object> asMap(Binding binding) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("exchange", binding.exchange());
        map.put("queue", binding.queue());
        binding.key().ifPresent(key -> map.put("key", key));
        return map;
    }
}
