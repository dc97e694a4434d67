package dev.howdah.stream;

import dev.howdah.core.HowdahException;
import dev.howdah.core.Transactions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches batches for one worker, and settles them: one round trip settles a batch, opens the next and brings its events;
 * where they are many, another one reads them. Used by one thread at a time.
 */
final class BatchFetcher {

    private static final Logger log = LoggerFactory.getLogger(BatchFetcher.class);

    private final WorkerConnection connection;
    private final Transactions renewals;
    private final Subscriber subscriber;
    private final String worker;
    private final Duration lease;
    private final EventReader reader;
    private final String deliver;
    /** What the last look in vain saw of the stream; null if there may be something new at any moment. */
    private volatile @Nullable Long seen;

    BatchFetcher(DataSource dataSource, Subscriber subscriber, String worker, Duration lease) {
        this.connection = new WorkerConnection(dataSource);
        this.renewals = Transactions.over(dataSource);
        this.subscriber = subscriber;
        this.worker = worker;
        this.lease = lease;
        this.reader = new EventReader(subscriber);
        this.deliver = StreamSql.deliver(subscriber.queue());
    }

    /**
     * Settles a batch, if there is one to settle, and opens the next one, if there is one to be had.
     *
     * @param wait how long the database may wait for something new, if there is nothing to settle
     */
    Optional<Delivery> next(@Nullable Settlement settlement, Duration wait) {
        return connection.call(c -> {
            long asked = System.nanoTime();
            try (PreparedStatement statement = c.prepareStatement(deliver)) {
                statement.setInt(1, subscriber.no());
                statement.setString(2, worker);
                statement.setString(3, lease.toString());
                statement.setObject(
                        4, settlement == null ? null : settlement.delivery().subscriber(), Types.INTEGER);
                bind(statement, 5, settlement);
                boolean waits = settlement == null && !wait.isZero();
                statement.setInt(10, subscriber.queue());
                statement.setObject(11, waits ? seen : null, Types.BIGINT);
                statement.setString(12, waits ? wait.toString() : null);
                statement.setInt(13, subscriber.id());
                statement.setObject(14, subscriber.slot(), Types.INTEGER);
                statement.setObject(15, subscriber.slots(), Types.INTEGER);
                try (ResultSet row = statement.executeQuery()) {
                    row.next();
                    if (settlement != null && !row.getBoolean("settled")) {
                        lost(settlement.delivery());
                    }
                    seen = row.getObject("seen", Long.class);
                    long batchId = row.getLong("batch_id");
                    return row.wasNull()
                            ? Optional.empty()
                            : Optional.of(new Delivery(
                                    row.getInt("sub_no"),
                                    batchId,
                                    row.getLong("tick_id"),
                                    reader.read(c, row),
                                    lease,
                                    asked));
                }
            }
        });
    }

    /** Settles a batch and opens none. */
    void settle(Settlement settlement) {
        boolean settled = connection.call(c -> settled(c, settlement));
        if (!settled) {
            lost(settlement.delivery());
        }
    }

    /**
     * Hands a batch to {@code handler} in the transaction that settles it, and commits. If the batch is another worker's
     * by then, everything is rolled back.
     */
    void handle(Delivery delivery, BatchHandler handler) throws Exception {
        boolean committed = connection.transaction(c -> {
            Batch batch = new Batch(delivery, c);
            handler.handle(batch);
            return settled(c, batch.settlement());
        });
        if (!committed) {
            lost(delivery);
        }
    }

    /** Lets another worker have the open batch at once. */
    void release(Delivery delivery) {
        connection.call(c -> renewed(c, delivery, Duration.ZERO));
    }

    /** The worker is still at the batch. Safe beside whatever its own thread does. */
    void renew(Delivery delivery) {
        long asked = System.nanoTime();
        if (renewals.statement(c -> renewed(c, delivery, lease))) {
            delivery.renewed(asked);
        } else {
            delivery.lost();
        }
    }

    /**
     * Whether the batch is the worker's still, so that nobody else handles its events: by its lease, or, that having run
     * out, by asking. No, if nobody answers.
     */
    boolean has(Delivery delivery) {
        if (!delivery.isLost() && delivery.isExpired()) {
            try {
                renew(delivery);
            } catch (HowdahException e) {
                log.debug("nobody says whose batch {} is", delivery.batchId(), e);
            }
        }
        return !delivery.isLost() && !delivery.isExpired();
    }

    /** Whether the last look has shown that nothing new can come unnoticed, so that the next one may wait for it. */
    boolean canWait() {
        return seen != null;
    }

    /** Gives the connection back until there is something to do. */
    void rest() {
        seen = null;
        connection.rest();
    }

    private boolean renewed(Connection c, Delivery delivery, Duration time) throws SQLException {
        try (PreparedStatement statement = c.prepareStatement(StreamSql.RENEW_LEASE)) {
            statement.setInt(1, delivery.subscriber());
            statement.setString(2, worker);
            statement.setString(3, time.toString());
            statement.setLong(4, delivery.batchId());
            return answer(statement);
        }
    }

    private boolean settled(Connection c, Settlement settlement) throws SQLException {
        try (PreparedStatement statement = c.prepareStatement(StreamSql.SETTLE)) {
            statement.setInt(1, settlement.delivery().subscriber());
            statement.setString(2, worker);
            bind(statement, 3, settlement);
            return answer(statement);
        }
    }

    private static boolean answer(PreparedStatement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getBoolean(1);
        }
    }

    private static void bind(PreparedStatement statement, int first, @Nullable Settlement settlement)
            throws SQLException {
        statement.setObject(
                first, settlement == null ? null : settlement.delivery().batchId(), Types.BIGINT);
        statement.setObject(first + 1, settlement == null ? null : settlement.end(), Types.BIGINT);
        bind(statement, first + 2, "bigint", settlement, Settlement.Aside::eventId);
        bind(statement, first + 3, "text", settlement, Settlement.Aside::after);
        bind(statement, first + 4, "text", settlement, Settlement.Aside::reason);
    }

    private static void bind(
            PreparedStatement statement,
            int place,
            String type,
            @Nullable Settlement settlement,
            Function<Settlement.Aside, @Nullable Object> field)
            throws SQLException {
        List<Settlement.Aside> aside = settlement == null ? List.of() : settlement.aside();
        Object[] values = aside.stream().map(field).toArray();
        statement.setArray(place, statement.getConnection().createArrayOf(type, values));
    }

    private static void lost(Delivery delivery) {
        log.warn(
                "batch {} was not this worker's any more when it was settled: its events may come again",
                delivery.batchId());
    }
}
