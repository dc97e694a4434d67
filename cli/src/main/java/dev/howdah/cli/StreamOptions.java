package dev.howdah.cli;

import dev.howdah.stream.StreamSettings;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BiFunction;
import picocli.CommandLine.Option;

/** A stream's settings, for {@code create} and {@code configure}. */
final class StreamOptions {

    @Option(
            names = "--batch-max-count",
            paramLabel = "N",
            description = "How many events a batch has at most (10000 by default).")
    private Optional<Integer> batchMaxCount = Optional.empty();

    @Option(
            names = "--max-retries",
            paramLabel = "N",
            description = "How many times an event is retried before it is a dead letter (5 by default).")
    private Optional<Integer> maxRetries = Optional.empty();

    @Option(
            names = "--rotation-period",
            paramLabel = "DURATION",
            description = "How long events go into one table, which is emptied when all consumers have read it "
                    + "(2h by default).")
    private Optional<Duration> rotationPeriod = Optional.empty();

    @Option(
            names = "--ticker-max-count",
            paramLabel = "N",
            description = "PgQ's ticker, where no howdah serve runs: a tick after so many events (500 by default).")
    private Optional<Integer> tickerMaxCount = Optional.empty();

    @Option(
            names = "--ticker-max-lag",
            paramLabel = "DURATION",
            description = "PgQ's ticker, where no howdah serve runs: no event waits longer (3s by default).")
    private Optional<Duration> tickerMaxLag = Optional.empty();

    @Option(
            names = "--ticker-idle-period",
            paramLabel = "DURATION",
            description = "A tick at least so often, events or not (1m by default).")
    private Optional<Duration> tickerIdlePeriod = Optional.empty();

    @Option(
            names = "--ticker-paused",
            arity = "1",
            paramLabel = "true|false",
            description = "No ticks, so nothing to read, until it is false again (false by default).")
    private Optional<Boolean> tickerPaused = Optional.empty();

    /** Nothing, if none was given. */
    Optional<StreamSettings> settings() {
        StreamSettings none = StreamSettings.none();
        StreamSettings given = with(none, batchMaxCount, StreamSettings::batchMaxCount);
        given = with(given, maxRetries, StreamSettings::maxRetries);
        given = with(given, rotationPeriod, StreamSettings::rotationPeriod);
        given = with(given, tickerMaxCount, StreamSettings::tickerMaxCount);
        given = with(given, tickerMaxLag, StreamSettings::tickerMaxLag);
        given = with(given, tickerIdlePeriod, StreamSettings::tickerIdlePeriod);
        given = with(given, tickerPaused, StreamSettings::tickerPaused);
        return given == none ? Optional.empty() : Optional.of(given);
    }

    private static <T> StreamSettings with(
            StreamSettings settings, Optional<T> value, BiFunction<StreamSettings, T, StreamSettings> setter) {
        return value.map(v -> setter.apply(settings, v)).orElse(settings);
    }
}
