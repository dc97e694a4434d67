package dev.howdah.queue;

import dev.howdah.core.Duty;
import dev.howdah.core.DutyLoop;
import dev.howdah.core.Signal;
import dev.howdah.core.SqlErrors;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One worker of the pool: calls callbacks, one message after the other, each in a transaction and a round trip of its own.
 * Its connection holds one of the slots that all servers share, for as long as it lives.
 */
final class CallbackWorker implements Duty {

    private static final Logger log = LoggerFactory.getLogger(CallbackWorker.class);
    /** What a call says when the procedure is gone, or another one, or not this role's any more. */
    private static final Set<String> PROCEDURE_CHANGED = Set.of("42883", "42501", "42809");

    /** What takes longer than this is a call. */
    private static final Duration A_LOOK = Duration.ofMillis(100);

    private final CallbackPool pool;
    private final Connection connection;
    private final DutyLoop loop;
    private final Signal signal = new Signal();
    private volatile long lastCalled = System.nanoTime();
    private volatile @Nullable Long busySince;
    private volatile boolean stopping;
    private volatile boolean ended;

    private CallbackWorker(CallbackPool pool, Connection connection) {
        this.pool = pool;
        this.connection = connection;
        this.loop = DutyLoop.builder().duty(this).start();
    }

    /** Starts one if there is a slot free, in any server. */
    static Optional<CallbackWorker> start(CallbackPool pool, DataSource direct, int slots) {
        try {
            Connection connection = direct.getConnection();
            try (PreparedStatement statement = connection.prepareStatement(QueueSql.CALLBACK_SLOT)) {
                statement.setInt(1, slots);
                try (ResultSet row = statement.executeQuery()) {
                    if (row.next()) {
                        return Optional.of(new CallbackWorker(pool, connection));
                    }
                }
                connection.close();
                return Optional.empty();
            } catch (SQLException e) {
                connection.close();
                throw e;
            }
        } catch (SQLException e) {
            throw SqlErrors.of(e);
        }
    }

    @Override
    public String name() {
        return "queue-callback-worker";
    }

    @Override
    public Signal signal() {
        return signal;
    }

    @Override
    public Duration idle() {
        return pool.nap();
    }

    @Override
    public int doWork() {
        if (busySince == null) {
            busySince = System.nanoTime();
        }
        int called = 0;
        for (CallbackPool.Callback callback : pool.callbacks()) {
            if (stopping || ended) {
                return 0;
            }
            if (call(callback)) {
                called++;
                lastCalled = System.nanoTime();
            }
        }
        if (called == 0) {
            busySince = null;
        }
        return called;
    }

    private boolean call(CallbackPool.Callback callback) {
        try (PreparedStatement statement = connection.prepareStatement(QueueSql.CALL_BACK)) {
            statement.setInt(1, callback.queueId());
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                boolean called = row.getBoolean(1);
                if (row.wasNull()) {
                    pool.checkSoon();
                }
                return called;
            }
        } catch (SQLException e) {
            failed(callback, e);
            return true;
        }
    }

    /** It was rolled back, so it counts as a failed reading. */
    private void failed(CallbackPool.Callback callback, SQLException e) {
        ended = isGone();
        if (!stopping) {
            log.warn(
                    "queue {}: the callback {} failed: {}",
                    callback.queue(),
                    callback.procedure(),
                    SqlErrors.message(e));
        }
        if (e.getSQLState() != null && PROCEDURE_CHANGED.contains(e.getSQLState())) {
            pool.checkSoon();
        }
    }

    private boolean isGone() {
        try {
            return connection.isClosed();
        } catch (SQLException e) {
            return true;
        }
    }

    boolean hasEnded() {
        return ended;
    }

    /** How long it has been busy without a pause; a look that finds nothing is over at once. */
    Duration busyFor() {
        Long began = busySince;
        return began == null ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - began);
    }

    Duration idleFor() {
        return busyFor().compareTo(A_LOOK) > 0 ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - lastCalled);
    }

    /** Begins no more calls. */
    void stop() {
        stopping = true;
        signal.raise();
    }

    /** Waits for the call under way, if there is one. */
    static void close(List<CallbackWorker> workers) {
        workers.forEach(CallbackWorker::stop);
        workers.forEach(worker -> worker.loop.close());
    }

    @Override
    public void release() {
        ended = true;
        try {
            connection.close();
        } catch (SQLException e) {
            log.debug("a connection was closed late", e);
        }
    }
}
