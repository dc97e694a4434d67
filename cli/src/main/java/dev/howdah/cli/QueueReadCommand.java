package dev.howdah.cli;

import dev.howdah.core.Outcome;
import dev.howdah.queue.Message;
import dev.howdah.queue.MessageFilter;
import dev.howdah.queue.MessageHandler;
import dev.howdah.queue.QueueWorker;
import dev.howdah.queue.Queues;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.ObjectMapper;

@Command(
        name = "read",
        customSynopsis = {
            "howdah queue read [OPTIONS] NAME",
            "       howdah queue read [OPTIONS] NAME -- COMMAND [ARGUMENT...]"
        },
        description = {
            "Reads messages, and so removes them: prints them, or hands each to a command.",
            "One message, if there is one to be read now; up to --max; or with --follow what comes until Ctrl-C. A message "
                    + "is gone when it is printed to its end. A COMMAND is run once for each message. The payload is on "
                    + "its stdin; its environment has HOWDAH_MESSAGE_ID, _QUEUE, _PRIORITY, _ATTEMPTS, _RETRIES, _SENT, "
                    + "_PROPERTIES (JSON) and each property as HOWDAH_PROPERTY_NAME. Exit code 0: done, the message is "
                    + "gone. Any other: it comes again after its retry delay, one retry fewer; 75 says that this is no "
                    + "failure worth a word."
        },
        footer = {
            "",
            "Example: howdah queue read pdfs",
            "         howdah queue read pdfs --follow --concurrency 4 -- ./make-pdf"
        })
final class QueueReadCommand implements Callable<Integer> {

    @Mixin
    private QueueDatabase database = new QueueDatabase();

    @Parameters(index = "0", paramLabel = "NAME", description = "Which queue.")
    private String name = "";

    @Option(names = "--follow", description = "Wait for more instead of ending.")
    private boolean follow;

    @Option(
            names = "--max",
            paramLabel = "N",
            description = "End after so many messages (default: 1, or with --follow none).")
    private Optional<Long> max = Optional.empty();

    @Option(
            names = "--property",
            paramLabel = "KEY=VALUE",
            description = "Only messages with this property, a text; more than once for more of them.")
    private Map<String, String> properties = new LinkedHashMap<>();

    @Option(
            names = "--concurrency",
            paramLabel = "N",
            defaultValue = "1",
            description = "How many commands at a time, with --follow (default: ${DEFAULT-VALUE}).")
    private int concurrency;

    @Option(
            names = "--json",
            description =
                    "Print messages as JSON, whole. Else what would break a line of a payload is shown as an escape.")
    private boolean json;

    @Option(names = "--quiet", description = "Don't say how each command went.")
    private boolean quiet;

    @Spec
    private CommandSpec spec;

    private final List<String> command;
    private final CompletableFuture<QueueWorker> started = new CompletableFuture<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private long handled;
    private volatile boolean outputFailed;

    /** @param command what stood after {@code --}; nothing: messages are printed */
    QueueReadCommand(List<String> command) {
        this.command = command;
    }

    @Override
    public Integer call() throws Exception {
        check();
        try (Lifetime lifetime = Lifetime.begin()) {
            Queues queues = database.open(lifetime, concurrency);
            MessageHandler handler = command.isEmpty() ? printer() : quiet ? runner() : reported(runner());
            QueueWorker worker = lifetime.add(QueueDatabase.explained(() -> queues.worker(name)
                    .handle(counted(handler))
                    .filter(filter())
                    .concurrency(concurrency)
                    .batch(1)
                    .start()));
            started.complete(worker);
            if (follow) {
                ended.await();
            } else {
                worker.awaitNothingToRead();
            }
        }
        if (outputFailed) {
            throw new CommandFailure(
                    ExitCode.FAILED, "stdout takes no more; the message that it did not take comes again");
        }
        return ExitCode.OK;
    }

    private void check() {
        if (max.filter(n -> n < 1).isPresent()) {
            throw new CommandFailure(ExitCode.USAGE, "--max must be 1 or more, got " + max.get());
        } else if (concurrency > 1 && (!follow || max.isPresent() || command.isEmpty())) {
            throw new CommandFailure(ExitCode.USAGE, "--concurrency is for a command, with --follow and without --max");
        } else if (!command.isEmpty()) {
            CommandRunner.check(command, "howdah queue read pdfs -- cat");
        }
    }

    private MessageFilter filter() {
        return properties.isEmpty()
                ? MessageFilter.NONE
                : MessageFilter.properties(new ObjectMapper().writeValueAsString(properties));
    }

    /** The same until there were as many as are wanted; those are one after the other. */
    private MessageHandler counted(MessageHandler handler) {
        Optional<Long> most = follow ? max : max.or(() -> Optional.of(1L));
        return most.isEmpty()
                ? handler
                : message -> {
                    if (++handled < most.get()) {
                        return handler.handle(message);
                    }
                    stop();
                    return last(handler, message);
                };
    }

    /** A worker that stops takes an exception for a consequence of that, and would not count it. */
    private static Outcome last(MessageHandler handler, Message message) throws Exception {
        try {
            return handler.handle(message);
        } catch (CommandFailed e) {
            return message.retries() == 0 && message.history() == null
                    ? Outcome.deadLetter(e.toString())
                    : Outcome.retry(message.retryDelay());
        }
    }

    private void stop() {
        started.join().stop();
        ended.countDown();
    }

    private MessageHandler printer() {
        MessageLines lines = new MessageLines(System.out, json);
        return message -> {
            try {
                lines.print(message.stored());
                return Outcome.done();
            } catch (IOException e) {
                outputFailed = true;
                stop();
                throw e; // not done: it comes again
            }
        };
    }

    private MessageHandler runner() {
        CommandRunner runner = new CommandRunner(command, System.out, System.err);
        return message -> runner.run(
                CommandEnvironment.of(name, message),
                message.body().getBytes(StandardCharsets.UTF_8),
                message::retryDelay);
    }

    /** The same with a line on stderr for each message. */
    private MessageHandler reported(MessageHandler handler) {
        return message -> {
            long start = System.nanoTime();
            try {
                Outcome outcome = handler.handle(message);
                report(
                        message,
                        outcome.fold(
                                done -> "done",
                                retry -> "again in " + retry.after().toSeconds() + " s",
                                dead -> "dead"),
                        start);
                return outcome;
            } catch (CommandFailed e) {
                report(message, "failed, " + e.getMessage(), start);
                throw e;
            }
        };
    }

    private void report(Message message, String end, long start) {
        PrintWriter err = spec.commandLine().getErr();
        err.printf("message %d: %s, %d ms%n", message.id(), end, (System.nanoTime() - start) / 1_000_000);
        err.flush();
    }
}
