package dev.howdah.cli;

import dev.howdah.queue.CallbackSettings;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Option;

/** How the server calls the queues' callbacks: pgpro_queue's parameters. What is not said is as the database has it. */
final class CallbackOptions {

    @Option(
            names = "--callbacks",
            negatable = true,
            description =
                    "Call the queues' callbacks, or don't (default: up does, serve as pgpro_queue.callback says).")
    private Optional<Boolean> enabled = Optional.empty();

    @Option(
            names = "--callback-min-workers",
            paramLabel = "N",
            description = "Workers that this server has for them, each on a connection of its own (default: 3).")
    private Optional<Integer> minWorkers = Optional.empty();

    @Option(
            names = "--callback-max-workers",
            paramLabel = "N",
            description = "Workers that all servers together may have (default: 10).")
    private Optional<Integer> maxWorkers = Optional.empty();

    @Option(
            names = "--callback-naptime",
            paramLabel = "DURATION",
            description = "Between a worker's looks, when nothing wakes it (default: 150ms).")
    private Optional<Duration> naptime = Optional.empty();

    @Option(
            names = "--callback-check-timeout",
            paramLabel = "DURATION",
            description = "Between checks whether the procedures are what they were (default: 60s).")
    private Optional<Duration> checkTimeout = Optional.empty();

    @Option(
            names = "--callback-worker-idle-timeout",
            paramLabel = "DURATION",
            description = "After which one of the idle workers is stopped (default: 60s).")
    private Optional<Duration> idleTimeout = Optional.empty();

    @Option(
            names = "--callback-worker-start-delay",
            paramLabel = "DURATION",
            description = "How long all workers are busy before another one is started (default: 5s).")
    private Optional<Duration> startDelay = Optional.empty();

    /** @param enabledByDefault empty: as the database says */
    CallbackSettings settings(Optional<Boolean> enabledByDefault) {
        return new CallbackSettings(
                enabled.or(() -> enabledByDefault).orElse(null),
                minWorkers.orElse(null),
                maxWorkers.orElse(null),
                naptime.orElse(null),
                checkTimeout.orElse(null),
                idleTimeout.orElse(null),
                startDelay.orElse(null));
    }
}
