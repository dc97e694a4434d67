package dev.howdah.stream;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** What is to be set of a stream; what is not named stays as it is. PostgreSQL refuses what is out of range. */
public final class StreamSettings {

    private final Map<String, String> parameters;

    private StreamSettings(Map<String, String> parameters) {
        this.parameters = parameters;
    }

    public static StreamSettings none() {
        return new StreamSettings(Map.of());
    }

    /** How many events a batch has at most. Default: 10,000. */
    public StreamSettings batchMaxCount(int events) {
        return with("batch_max_count", Integer.toString(events));
    }

    /** How many times an event is retried before it is a dead letter. Default: 5. */
    public StreamSettings maxRetries(int times) {
        return with("max_retries", Integer.toString(times));
    }

    /** How long events are written into one table; it is emptied when all consumers have read it. Default: 2 h. */
    public StreamSettings rotationPeriod(Duration period) {
        return with("rotation_period", period.toString());
    }

    /** PgQ's ticker rule, for where no server of Howdah runs: a tick after so many events. Default: 500. */
    public StreamSettings tickerMaxCount(int events) {
        return with("ticker_max_count", Integer.toString(events));
    }

    /** PgQ's ticker rule, for where no server of Howdah runs: no event waits longer. Default: 3 s. */
    public StreamSettings tickerMaxLag(Duration lag) {
        return with("ticker_max_lag", lag.toString());
    }

    /** A tick at least so often, events or not. Default: a minute. */
    public StreamSettings tickerIdlePeriod(Duration period) {
        return with("ticker_idle_period", period.toString());
    }

    /** No ticks, so no batches, until it is false again. Default: false. */
    public StreamSettings tickerPaused(boolean paused) {
        return with("ticker_paused", Boolean.toString(paused));
    }

    Map<String, String> parameters() {
        return parameters;
    }

    private StreamSettings with(String parameter, String value) {
        Map<String, String> more = new LinkedHashMap<>(parameters);
        more.put(parameter, value);
        return new StreamSettings(Collections.unmodifiableMap(more));
    }
}
