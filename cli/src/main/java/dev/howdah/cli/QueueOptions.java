package dev.howdah.cli;

import dev.howdah.queue.QueueSettings;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Option;

/** A queue's settings, for {@code create} and {@code configure}. */
final class QueueOptions {

    /** pgpro_queue's letters. */
    enum Type {
        N,
        D
    }

    @Option(
            names = "--type",
            paramLabel = "N|D",
            description = "N: a normal queue (default). D: one that takes the dead letters of others.")
    private Optional<Type> type = Optional.empty();

    @Option(
            names = {"--dead-letter-queue", "--dlq"},
            paramLabel = "QUEUE",
            description = "Which queue of type D takes its dead letters (default: they are kept aside).")
    private Optional<String> deadLetterQueue = Optional.empty();

    @Option(
            names = "--retries",
            paramLabel = "N",
            description = "How often a message may be read again after a failed reading (10 by default).")
    private Optional<Integer> retries = Optional.empty();

    @Option(
            names = "--retry-delay",
            paramLabel = "DURATION",
            description = "How long it stays away then; in whole seconds (30s by default).")
    private Optional<Duration> retryDelay = Optional.empty();

    @Option(
            names = "--backoff",
            paramLabel = "FACTOR",
            description = "How many times as long each further failure makes that (1 by default).")
    private Optional<Double> backoff = Optional.empty();

    @Option(
            names = "--backoff-max",
            paramLabel = "DURATION",
            defaultValue = "1d",
            description = "Up to how long, with --backoff (default: ${DEFAULT-VALUE}).")
    private Duration backoffMax = Duration.ofDays(1);

    /** Nothing, if none was given. */
    Optional<QueueSettings> settings() {
        QueueSettings settings = new QueueSettings(
                type.map(Type.D::equals).orElse(null),
                deadLetterQueue.orElse(null),
                retries.orElse(null),
                retryDelay.orElse(null),
                backoff.orElse(null),
                backoff.isPresent() ? backoffMax : null);
        return settings.equals(QueueSettings.none()) ? Optional.empty() : Optional.of(settings);
    }
}
