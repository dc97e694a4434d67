package dev.howdah.queue;

import dev.howdah.core.DutyLoop;
import dev.howdah.core.HowdahException;
import dev.howdah.core.Transactions;
import dev.howdah.core.Wakeups;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Works the messages of a queue until it is closed. Any number of workers, and whoever else reads, share them.
 *
 * <p>Exactly once: what a handler does on its message's connection, as that commits together with the reading. At least
 * once: everything else, as a message comes again if its worker or the database dies before the commit, or, handled
 * without asking for the connection, if the database dies within less than a second after it. A reading that is lost counts
 * as a failed attempt of each message of its batch.
 */
public final class QueueWorker implements AutoCloseable {

    /** Where writers say that they have written, while somebody sleeps. */
    static final String NEWS = "howdah_queue";

    private final List<WorkerLane> lanes;
    private final Lookout lookout;
    private final DutyLoop running;
    private final Wakeups.Listening listening;

    private QueueWorker(Builder settings, OwnFunctions functions, Lookout lookout, List<WorkerLane> lanes) {
        this.lanes = lanes;
        this.lookout = lookout;
        listening = settings.wakeups.listen(NEWS, queue -> {
            if (queue == null || queue.equals(Integer.toString(functions.known()))) {
                lookout.wake();
            }
        });
        running = DutyLoop.builder()
                .duties(lanes)
                .stopTimeout(settings.drainTimeout)
                .onVirtualThreads()
                .start();
    }

    /**
     * Waits until this worker has looked, from now on, and found nothing to read, with nothing under way here, or until it
     * is stopped. What waits for its time, and what others are reading, is not waited for.
     */
    public void awaitNothingToRead() throws InterruptedException {
        lookout.awaitNothing();
    }

    /** Begins no more messages, and returns at once; a handler may call it. What is under way, {@link #close()} waits for. */
    public void stop() {
        lanes.forEach(WorkerLane::stop);
        lookout.stop();
    }

    /**
     * Begins no more messages, lets the handlers under way come to their end for at most the drain timeout, then
     * interrupts them. What was handled is committed; what no handler had begun goes back as it was.
     */
    @Override
    public void close() {
        listening.close();
        stop();
        running.close();
        lookout.close();
    }

    /** What a worker does, and how. */
    public static final class Builder {

        private final DataSource dataSource;
        private final DataSource direct;
        private final Wakeups wakeups;
        private final String queue;
        private @Nullable MessageHandler handler;
        private MessageFilter filter = MessageFilter.NONE;
        private int concurrency = 4;
        private Supplier<BatchSize> batch = BatchSize::adapting;
        private Duration poll = Duration.ofSeconds(1);
        private Duration drainTimeout = Duration.ofSeconds(30);

        Builder(DataSource dataSource, DataSource direct, Wakeups wakeups, String queue) {
            this.dataSource = dataSource;
            this.direct = direct;
            this.wakeups = wakeups;
            this.queue = queue;
        }

        /** Has {@code handler} handle the messages. */
        public Builder handle(MessageHandler value) {
            if (handler != null) {
                throw new IllegalStateException("a worker has one handler");
            }
            handler = value;
            return this;
        }

        /** Which messages it reads. Default: all. */
        public Builder filter(MessageFilter value) {
            filter = value;
            return this;
        }

        /** How many messages are handled at a time, each on a connection of its own. Default: 4. */
        public Builder concurrency(int connections) {
            concurrency = positive("concurrency", connections);
            return this;
        }

        /**
         * How many messages are read and handled for one commit, at most: of those that are there, none is waited for. The
         * more, the fewer commits; but all of them share the fate of their connection. Default: as many as take 10 ms to
         * handle, at most 100.
         */
        public Builder batch(int messages) {
            positive("batch", messages);
            batch = () -> BatchSize.fixed(messages);
            return this;
        }

        /** How often to look, at least, when nothing wakes the worker. Default: 1 s. */
        public Builder poll(Duration value) {
            if (value.isNegative() || value.isZero()) {
                throw new IllegalArgumentException("poll must be more than zero, got " + value);
            }
            poll = value;
            return this;
        }

        /** How long {@link QueueWorker#close()} lets handlers go on. Default: 30 s. */
        public Builder drainTimeout(Duration value) {
            drainTimeout = value;
            return this;
        }

        /**
         * Starts.
         *
         * @throws HowdahException if there is no such queue
         * @throws HowdahException.AccessDenied if it is not this role's to read
         * @throws IllegalStateException if no handler was given
         */
        public QueueWorker start() {
            if (handler == null) {
                throw new IllegalStateException("a worker needs a handler");
            }
            OwnFunctions functions = new OwnFunctions(QueueSql.TO_READ, queue);
            functions.lookUp(Transactions.over(dataSource));
            Lookout lookout = new Lookout(poll, new Sleep(direct));
            MessageHandling handling = new MessageHandling(queue, handler);
            List<WorkerLane> lanes = Stream.generate(() -> lane(functions, handling, lookout))
                    .limit(concurrency)
                    .toList();
            return new QueueWorker(this, functions, lookout, lanes);
        }

        private WorkerLane lane(OwnFunctions functions, MessageHandling handling, Lookout lookout) {
            ReadingTransaction transaction = new ReadingTransaction(dataSource, functions, filter);
            return new WorkerLane(functions, transaction, handling, batch.get(), lookout);
        }

        private static int positive(String name, int value) {
            if (value < 1) {
                throw new IllegalArgumentException(name + " must be 1 or more, got " + value);
            }
            return value;
        }
    }
}
