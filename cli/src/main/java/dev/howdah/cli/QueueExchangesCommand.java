package dev.howdah.cli;

import dev.howdah.queue.ExchangeInfo;
import dev.howdah.queue.ExchangeType;
import dev.howdah.queue.Exchanges;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
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
        name = "exchanges",
        customSynopsis = {
            "howdah queue exchanges [OPTIONS] [list]",
            "       howdah queue exchanges [OPTIONS] create NAME [--type TYPE]",
            "       howdah queue exchanges [OPTIONS] bind NAME QUEUE [KEY]",
            "       howdah queue exchanges [OPTIONS] unbind NAME QUEUE [KEY]",
            "       howdah queue exchanges [OPTIONS] drop NAME [--cascade]"
        },
        description = {
            "Shows, makes, binds or removes exchanges.",
            "An exchange hands each message that is published to the queues whose binding matches. fanout: to all of them. "
                    + "direct: where the message's key is the binding's. topic: where the key matches the binding's "
                    + "pattern of words between dots, * for one word, # for any number of them. headers: where the "
                    + "message's properties have what the binding's JSON object has. UNROUTABLE is how many messages no "
                    + "queue got."
        },
        footer = {
            "",
            "Example: howdah queue exchanges create documents --type topic",
            "         howdah queue exchanges bind documents pdfs 'invoice.*'"
        })
final class QueueExchangesCommand implements Callable<Integer> {

    enum Action {
        list,
        create,
        bind,
        unbind,
        drop
    }

    @Mixin
    private QueueDatabase database = new QueueDatabase();

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "ACTION",
            description = "list, create, bind, unbind or drop (default: list).")
    private Action action = Action.list;

    @Parameters(index = "1", arity = "0..1", paramLabel = "NAME", description = "Which exchange.")
    private Optional<String> name = Optional.empty();

    @Parameters(index = "2", arity = "0..1", paramLabel = "QUEUE", description = "Which queue, for bind and unbind.")
    private Optional<String> queue = Optional.empty();

    @Parameters(
            index = "3",
            arity = "0..1",
            paramLabel = "KEY",
            description = "The binding's key, except for fanout exchanges; without one, unbind removes all bindings.")
    private Optional<String> key = Optional.empty();

    @Option(
            names = "--type",
            paramLabel = "TYPE",
            defaultValue = "fanout",
            description = "For create: fanout, direct, topic or headers (default: ${DEFAULT-VALUE}).")
    private ExchangeType type = ExchangeType.FANOUT;

    @Option(names = "--refuse-unroutable", description = "For create: a message that no queue gets is an error.")
    private boolean refuseUnroutable;

    @Option(names = "--cascade", description = "For drop: with the queues that are bound to it, and their messages.")
    private boolean cascade;

    @Option(names = "--json", description = "Print the list as one line of JSON.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        boolean binds = action == Action.bind || action == Action.unbind;
        if (action == Action.list == name.isPresent() || binds != queue.isPresent()) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    action + " takes "
                            + (binds ? "an exchange and a queue" : action == Action.list ? "no name" : "an exchange"));
        }
        return database.use(queues -> {
            Exchanges exchanges = queues.exchanges();
            switch (action) {
                case list -> list(exchanges.list());
                case create -> create(exchanges);
                case bind -> bind(exchanges);
                case unbind -> unbind(exchanges);
                case drop -> drop(exchanges);
            }
            return ExitCode.OK;
        });
    }

    private void list(List<ExchangeInfo> found) {
        if (json) {
            out().println(new ObjectMapper()
                    .writeValueAsString(
                            found.stream().map(QueueExchangesCommand::asMap).toList()));
        } else if (found.isEmpty()) {
            out().println("There are no exchanges yet: make one with howdah queue exchanges create NAME.");
        } else {
            Table table = new Table("EXCHANGE", "TYPE", ">UNROUTABLE", "REFUSED");
            found.forEach(exchange -> table.row(
                    exchange.name(),
                    typeOf(exchange),
                    exchange.unroutable(),
                    exchange.refusesUnroutable() ? "yes" : "no"));
            table.print(out());
        }
    }

    private void create(Exchanges exchanges) {
        exchanges.create(exchange(), type);
        if (refuseUnroutable) {
            exchanges.refuseUnroutable(exchange(), true);
        }
        out().println("Exchange " + exchange() + " is made.");
    }

    private void bind(Exchanges exchanges) {
        String bound = queue.orElseThrow();
        key.ifPresentOrElse(k -> exchanges.bind(bound, exchange(), k), () -> exchanges.bind(bound, exchange()));
        out().println("Queue " + bound + " is bound to " + exchange() + ".");
    }

    private void unbind(Exchanges exchanges) {
        String bound = queue.orElseThrow();
        key.ifPresentOrElse(k -> exchanges.unbind(bound, exchange(), k), () -> exchanges.unbind(bound, exchange()));
        out().println("Queue " + bound + " is unbound from " + exchange() + ".");
    }

    private void drop(Exchanges exchanges) {
        exchanges.drop(exchange(), cascade);
        out().println("Exchange " + exchange() + " is gone.");
    }

    private String exchange() {
        return name.orElseThrow();
    }

    private static String typeOf(ExchangeInfo exchange) {
        return exchange.type().name().toLowerCase(Locale.ROOT);
    }

    private static Map<String, Object> asMap(ExchangeInfo exchange) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("name", exchange.name());
        map.put("type", typeOf(exchange));
        map.put("owner", exchange.owner());
        map.put("unroutable", exchange.unroutable());
        map.put("refuses_unroutable", exchange.refusesUnroutable());
        return map;
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }
}
