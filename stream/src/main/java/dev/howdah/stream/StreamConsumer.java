package dev.howdah.stream;

import dev.howdah.core.Backoff;
import dev.howdah.core.DutyLoop;
import dev.howdah.core.HowdahException;
import dev.howdah.core.Wakeups;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Consumes a stream until it is closed. Instances of the same consumer, in this process or others, share its events: one
 * has a batch at a time, so events are handled in their order, and when one dies another goes on with its batch.
 *
 * <p>At least once: events whose batch was not settled, because the worker or the database died, are handled again.
 * Exactly once: what a {@link BatchHandler} does on its batch's connection.
 */
public final class StreamConsumer implements AutoCloseable {

    /** Where writers say that they have written, while the server's ticker sleeps. */
    private static final String NEWS = "howdah_stream";

    private final List<ConsumerLoop> loops;
    private final DutyLoop running;
    /** Apart, as handlers that are let come to their end need their lease until then. */
    private final DutyLoop renewing;

    private final List<Wakeups.Listening> listening;

    private StreamConsumer(Builder settings, List<ConsumerLoop> loops, LeaseRenewal renewal) {
        this.loops = loops;
        listening = List.of(
                settings.wakeups.listen("pgque_" + settings.stream, tick -> wake()),
                settings.wakeups.listen(NEWS, stream -> {
                    if (stream == null || stream.equals(settings.stream)) {
                        wake();
                    }
                }));
        running = DutyLoop.builder()
                .duties(loops)
                .stopTimeout(settings.drainTimeout)
                .start();
        renewing = DutyLoop.builder().duty(renewal).backoff(renewal.backoff()).start();
    }

    private void wake() {
        loops.forEach(loop -> loop.signal().raise());
    }

    /**
     * Waits until this instance has looked, from now on, and found nothing to read, or until it is stopped. What another
     * instance has at the time is not waited for.
     */
    public void awaitReadUp() throws InterruptedException {
        for (ConsumerLoop loop : loops) {
            loop.awaitNothing();
        }
    }

    /** Begins no more events, and returns at once; a handler may call it. What is under way, {@link #close()} waits for. */
    public void stop() {
        loops.forEach(ConsumerLoop::stop);
    }

    /**
     * Begins no more events, lets the handlers under way come to their end for at most the drain timeout, then
     * interrupts them. What was handled is settled; the rest comes again.
     */
    @Override
    public void close() {
        listening.forEach(Wakeups.Listening::close);
        stop();
        running.close();
        renewing.close();
    }

    /** What a consumer does, and how. */
    public static final class Builder {

        private final DataSource dataSource;
        private final Wakeups wakeups;
        private final Subscribers subscribers;
        private final String stream;
        private final String consumer;
        private ConsumerLoop.@Nullable Handling handling;
        private @Nullable EventHandler eventHandler;
        private int shared = 1;
        private int partitions = 1;
        private Backoff retry = new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(1));
        private Duration poll = Duration.ofSeconds(1);
        private Duration lease = Duration.ofSeconds(10);
        private Duration drainTimeout = Duration.ofSeconds(30);

        Builder(DataSource dataSource, Wakeups wakeups, String stream, String consumer) {
            this.dataSource = dataSource;
            this.wakeups = wakeups;
            this.subscribers = new Subscribers(dataSource, stream, consumer);
            this.stream = stream;
            this.consumer = consumer;
        }

        /** Has {@code handler} handle one event after the other. */
        public Builder handle(EventHandler handler) {
            checkNoHandler();
            eventHandler = handler;
            return this;
        }

        /** Has {@code handler} handle batches, each in the transaction that settles it. */
        public Builder handleBatches(BatchHandler handler) {
            checkNoHandler();
            handling = (delivery, loop) -> {
                loop.fetcher().handle(delivery, handler);
                return Optional.empty();
            };
            return this;
        }

        /**
         * Shares the events among this many workers here, and those of other instances that say so, each with batches of
         * its own: no order is kept. Default: 1, in order.
         */
        public Builder shared(int workers) {
            shared = positive("shared", workers);
            return this;
        }

        /**
         * Parts the events by their key into this many lines, which are handled side by side, each in order. The number is
         * the same in all instances, and for the consumer's life. Default: 1, all in order.
         */
        public Builder partitions(int lines) {
            partitions = positive("partitions", lines);
            return this;
        }

        /** The pauses before an event comes again whose handler threw. Default: 1 s, doubling up to a minute. */
        public Builder retry(Backoff value) {
            retry = value;
            return this;
        }

        /** How often to look, at least, when nothing wakes the consumer. Default: 1 s. */
        public Builder poll(Duration value) {
            poll = positive("poll", value);
            return this;
        }

        /**
         * How long after its worker was last heard of a batch is given to another one; a worker is heard of three times
         * as often. Default: 10 s.
         */
        public Builder lease(Duration value) {
            lease = positive("lease", value);
            return this;
        }

        /** How long {@link StreamConsumer#close()} lets handlers go on. Default: 30 s. */
        public Builder drainTimeout(Duration value) {
            drainTimeout = value;
            return this;
        }

        /**
         * Registers the consumer if it is new, and starts. A new consumer gets the events that are sent from now on.
         *
         * @throws HowdahException if there is no such stream
         * @throws IllegalStateException if no handler was given
         */
        public StreamConsumer start() {
            if (shared > 1 && partitions > 1) {
                throw new IllegalStateException("a consumer is shared or has partitions, not both");
            }
            List<ConsumerLoop> loops = lines().stream().map(this::loop).toList();
            return new StreamConsumer(this, loops, new LeaseRenewal(loops, lease));
        }

        /** What each of the workers here reads. */
        private List<Subscriber> lines() {
            if (partitions > 1) {
                return subscribers.partitions(partitions);
            }
            return shared > 1 ? Collections.nCopies(shared, subscribers.shared().get(0)) : subscribers.whole();
        }

        private ConsumerLoop loop(Subscriber line) {
            return new ConsumerLoop(
                    "stream " + stream + "/" + consumer,
                    new BatchFetcher(dataSource, line, UUID.randomUUID().toString(), lease),
                    handling(),
                    poll);
        }

        private ConsumerLoop.Handling handling() {
            if (eventHandler != null) {
                return new EventHandling(eventHandler, retry);
            } else if (handling != null) {
                return handling;
            }
            throw new IllegalStateException("a consumer needs a handler");
        }

        private void checkNoHandler() {
            if (eventHandler != null || handling != null) {
                throw new IllegalStateException("a consumer has one handler, for events or for batches");
            }
        }

        private static int positive(String name, int value) {
            if (value < 1) {
                throw new IllegalArgumentException(name + " must be 1 or more, got " + value);
            }
            return value;
        }

        private static Duration positive(String name, Duration value) {
            if (value.isNegative() || value.isZero()) {
                throw new IllegalArgumentException(name + " must be more than zero, got " + value);
            }
            return value;
        }
    }
}
