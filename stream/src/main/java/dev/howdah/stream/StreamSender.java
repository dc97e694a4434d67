package dev.howdah.stream;

import dev.howdah.core.HowdahException;
import dev.howdah.core.SqlErrors;
import dev.howdah.core.Transactions;
import dev.howdah.core.WholeText;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;

/**
 * Sends events to one stream: in a transaction of its own, or in the caller's, where an event is sent if and only if that
 * commits. Errors: {@link HowdahException} if there is no such stream, or if its inserts are disabled;
 * {@link HowdahException.InvalidInput} for a text with a character zero or half of a surrogate pair in it. Nothing is sent
 * then.
 */
public final class StreamSender {

    private final Transactions transactions;
    private final String stream;
    private volatile int queueId;

    StreamSender(Transactions transactions, String stream) {
        this.transactions = transactions;
        this.stream = stream;
    }

    /** Sends an event, in one round trip. @return its id */
    public long send(NewEvent event) {
        return again(() -> transactions.statement(connection -> insert(connection, event)));
    }

    /** Sends an event in the caller's transaction. @return its id */
    public long send(Connection connection, NewEvent event) {
        return Transactions.joined(connection, c -> insert(c, event));
    }

    /** Sends all events or none, in one statement. @return their ids in the order of {@code events} */
    public List<Long> sendAll(List<NewEvent> events) {
        return events.isEmpty()
                ? List.of()
                : again(() -> transactions.statement(connection -> insertMany(connection, events)));
    }

    /** Sends all events or none, in one statement in the caller's transaction. @return their ids in their order */
    public List<Long> sendAll(Connection connection, List<NewEvent> events) {
        return events.isEmpty() ? List.of() : Transactions.joined(connection, c -> insertMany(c, events));
    }

    /**
     * Sends any number of events, all or none, as fast as PostgreSQL takes them in: with COPY where the role may write
     * into the tables, else in large statements. @return how many
     */
    public long load(Iterator<NewEvent> events) {
        return transactions.call(connection -> new BulkLoad(connection, this).load(events));
    }

    /** The same in the caller's transaction. */
    public long load(Connection connection, Iterator<NewEvent> events) {
        return Transactions.joined(connection, c -> new BulkLoad(c, this).load(events));
    }

    String stream() {
        return stream;
    }

    private long insert(Connection connection, NewEvent event) throws SQLException {
        try (PreparedStatement statement = prepare(connection, "insert_")) {
            check(event);
            statement.setString(1, event.type());
            statement.setString(2, event.data());
            statement.setString(3, event.extra1());
            statement.setString(4, event.extra2());
            statement.setString(5, event.extra3());
            statement.setString(6, event.extra4());
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    private List<Long> insertMany(Connection connection, List<NewEvent> events) throws SQLException {
        try (PreparedStatement statement = prepare(connection, "insert_many_")) {
            for (NewEvent event : events) {
                check(event);
            }
            List<Function<NewEvent, String>> fields = List.of(
                    NewEvent::type,
                    NewEvent::data,
                    NewEvent::extra1,
                    NewEvent::extra2,
                    NewEvent::extra3,
                    NewEvent::extra4);
            for (int i = 0; i < fields.size(); i++) {
                statement.setArray(
                        i + 1,
                        connection.createArrayOf(
                                "text", events.stream().map(fields.get(i)).toArray()));
            }
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return List.of((Long[]) row.getArray(1).getArray());
            }
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    private static void check(NewEvent event) throws SQLException {
        WholeText.check(event.type());
        WholeText.check(event.data());
        WholeText.check(event.extra1());
        WholeText.check(event.extra2());
        WholeText.check(event.extra3());
        WholeText.check(event.extra4());
    }

    /** A call of one of the stream's own functions. */
    private PreparedStatement prepare(Connection connection, String function) throws SQLException {
        int id = queueId;
        if (id == 0) {
            id = lookUp(connection);
        }
        return connection.prepareStatement("select howdah_stream." + function + id + "(?, ?, ?, ?, ?, ?)");
    }

    /** Finds the number that the stream's own functions are named by, and remembers it. */
    int lookUp(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(StreamSql.QUEUE_ID)) {
            statement.setString(1, stream);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                int id = row.getInt(1);
                queueId = id;
                return id;
            }
        }
    }

    /** Dropped since, and perhaps made anew: the next call looks it up again. */
    HowdahException failed(SQLException e) {
        HowdahException failure = SqlErrors.of(e, stream, null);
        if (failure instanceof HowdahException.NotInstalled) {
            queueId = 0;
        }
        return failure;
    }

    /** Once more where the stream was dropped and made anew since the last time. */
    private <T> T again(java.util.function.Supplier<T> call) {
        boolean known = queueId != 0;
        try {
            return call.get();
        } catch (HowdahException.NotInstalled e) {
            if (known) {
                return call.get();
            }
            throw e;
        }
    }
}
