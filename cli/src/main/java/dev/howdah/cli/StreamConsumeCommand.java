package dev.howdah.cli;

import dev.howdah.core.Outcome;
import dev.howdah.stream.ConsumerInfo;
import dev.howdah.stream.Event;
import dev.howdah.stream.StreamConsumer;
import dev.howdah.stream.Streams;
import java.io.IOException;
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

@Command(
        name = "consume",
        description = {
            "Prints a stream's events as a consumer gets them.",
            "One a line: id, type, data. A new consumer is registered, and gets what is sent from then on. Ends when the "
                    + "stream is read up, or with --follow at Ctrl-C. What was printed is done and does not come again, "
                    + "unless this process or the database is killed just then. Several that run as one CONSUMER share "
                    + "its events. Needs no howdah serve."
        },
        footer = {
            "",
            "Example: howdah stream consume orders billing --follow",
            "         howdah stream consume orders billing --json | jq -r .data"
        })
final class StreamConsumeCommand implements Callable<Integer> {

    @Mixin
    private StreamDatabase database = new StreamDatabase();

    @Parameters(index = "0", paramLabel = "NAME", description = "Which stream.")
    private String name = "";

    @Parameters(index = "1", paramLabel = "CONSUMER", description = "Who reads: each consumer gets every event.")
    private String consumer = "";

    @Option(names = "--follow", description = "Wait for more instead of ending.")
    private boolean follow;

    @Option(names = "--max", paramLabel = "N", description = "End after so many events.")
    private Optional<Long> max = Optional.empty();

    @Option(
            names = "--from",
            paramLabel = "TICK",
            description = "Read again, or for the first time, what came after this tick; howdah stream consumers shows "
                    + "where each consumer is.")
    private Optional<Long> from = Optional.empty();

    @Option(
            names = "--json",
            description = "Print events as JSON, whole. Else what would break a line of data is shown as an escape.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    private final CompletableFuture<StreamConsumer> started = new CompletableFuture<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private long printed;
    private volatile boolean outputFailed;

    @Override
    public Integer call() throws Exception {
        if (max.filter(n -> n < 1).isPresent()) {
            throw new CommandFailure(ExitCode.USAGE, "--max must be 1 or more, got " + max.get());
        }
        try (Lifetime lifetime = Lifetime.begin()) {
            Streams streams = database.open(lifetime);
            StreamDatabase.explained(streams, name, () -> register(streams));
            EventLines lines = new EventLines(System.out, json);
            StreamConsumer running = lifetime.add(streams.consumer(name, consumer)
                    .handle(event -> print(event, lines))
                    .start());
            started.complete(running);
            if (follow) {
                ended.await();
            } else {
                awaitReadUp(streams, running);
            }
        }
        if (outputFailed) {
            throw new CommandFailure(ExitCode.FAILED, "stdout takes no more; what it did not take comes again");
        }
        return ExitCode.OK;
    }

    private boolean register(Streams streams) {
        boolean isNew = streams.subscribe(name, consumer);
        if (from.isPresent()) {
            streams.replay(name, consumer, from.get());
        } else if (isNew) {
            spec.commandLine()
                    .getErr()
                    .println("Consumer " + consumer + " is new: it gets what is sent to " + name + " from now on.");
        }
        return isNew;
    }

    private Outcome print(Event event, EventLines lines) throws IOException {
        try {
            lines.print(event);
        } catch (IOException e) {
            outputFailed = true;
            stop();
            throw e; // not done: it comes again
        }
        printed++;
        if (max.filter(n -> printed >= n).isPresent()) {
            stop();
        }
        return Outcome.done();
    }

    private void stop() {
        started.join().stop();
        ended.countDown();
    }

    /** Until another instance, too, has nothing any more: it might be dead, and what it had would come here. */
    private void awaitReadUp(Streams streams, StreamConsumer running) throws InterruptedException {
        do {
            running.awaitReadUp();
        } while (ended.getCount() > 0 && anotherIsBusy(streams));
    }

    private boolean anotherIsBusy(Streams streams) {
        return streams.consumers(name).stream()
                .filter(info -> info.name().equals(consumer))
                .anyMatch(ConsumerInfo::busy);
    }
}
