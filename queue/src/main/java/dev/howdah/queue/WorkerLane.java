package dev.howdah.queue;

import dev.howdah.core.Duty;
import dev.howdah.core.Signal;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/** One of a worker's connections: takes messages, has them handled, commits and takes the next in one round trip. */
final class WorkerLane implements Duty {

    private final OwnFunctions functions;
    private final ReadingTransaction transaction;
    private final MessageHandling handling;
    private final BatchSize batch;
    private final Lookout lookout;
    private final Signal signal = new Signal();
    private volatile boolean stopping;
    private Duration idle = Duration.ZERO;

    WorkerLane(
            OwnFunctions functions,
            ReadingTransaction transaction,
            MessageHandling handling,
            BatchSize batch,
            Lookout lookout) {
        this.functions = functions;
        this.transaction = transaction;
        this.handling = handling;
        this.batch = batch;
        this.lookout = lookout;
    }

    @Override
    public String name() {
        return "queue " + functions.name();
    }

    @Override
    public Signal signal() {
        return signal;
    }

    @Override
    public Duration idle() {
        return idle;
    }

    void stop() {
        stopping = true;
    }

    @Override
    public int doWork() {
        idle = lookout.poll();
        if (stopping || !lookout.isLooking(signal)) {
            if (lookout.isQuiet()) {
                transaction.rest();
            }
            return 0;
        }
        idle = lookout.untilNextLook();
        if (!idle.isZero()) {
            return 0;
        }
        try {
            return look();
        } catch (SQLException e) {
            giveUp();
            throw functions.failed(e);
        } catch (RuntimeException | Error e) {
            giveUp();
            throw e;
        }
    }

    private void giveUp() {
        lookout.leave(signal);
        transaction.cut();
    }

    private int look() throws SQLException {
        lookout.look(functions.known());
        int size = batch.next();
        List<StoredMessage> messages = transaction.take(size);
        if (messages.isEmpty()) {
            transaction.rollback();
            lookout.foundNothing();
            if (lookout.isQuiet()) {
                transaction.rest();
            }
            idle = lookout.untilNextLook();
            return 0;
        }
        while (!messages.isEmpty()) {
            boolean more = messages.size() == size;
            lookout.found(signal, more);
            try {
                handle(messages);
                size = batch.next();
                if (more && !stopping) {
                    messages = transaction.commitAndTake(size);
                } else {
                    transaction.commit();
                    return 1;
                }
            } finally {
                lookout.handled();
            }
        }
        transaction.rollback();
        return 1;
    }

    private void handle(List<StoredMessage> messages) throws SQLException {
        long begin = System.nanoTime();
        transaction.settle(handling.handle(messages, transaction, () -> stopping));
        batch.handled(messages.size(), System.nanoTime() - begin);
    }

    @Override
    public void release() {
        lookout.leave(signal);
        transaction.rest();
    }
}
