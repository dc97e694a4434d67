package dev.howdah.stream;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGStatement;

/**
 * Reads a batch's events, for one worker. Where the window has more than a batch, it is read once, if it is not too large,
 * and kept until its last batch.
 */
final class EventReader {

    /** The driver asks for rows in their binary form from the first time on, which both sides make and read sooner. */
    private static final int BINARY = -1;

    private final Subscriber subscriber;
    private final Map<List<Integer>, WindowSql> sqlByTables = new HashMap<>();
    private @Nullable Window ahead;

    EventReader(Subscriber subscriber) {
        this.subscriber = subscriber;
    }

    private record WindowSql(String text, int tables) {}

    private record Window(long prevTickId, long tickId, List<Event> events) {}

    /**
     * A batch's events.
     *
     * @param end the id that the batch ends with, where the reader gives less of a window than the database offered
     */
    record Part(List<Event> events, @Nullable Long end) {}

    /** @param batch at the first of the rows that {@link StreamSql#deliver} gave */
    Part read(Connection connection, ResultSet batch) throws SQLException {
        Long done = batch.getObject("done", Long.class);
        Long end = batch.getObject("batch_end", Long.class);
        if (!batch.getBoolean("ahead") && (done != null || end != null)) {
            return new Part(readBatch(connection, batch.getLong("batch_id")), null);
        }
        long prevTick = batch.getLong("prev_tick_id");
        long tick = batch.getLong("tick_id");
        int most = batch.getInt("batch_max");
        if (ahead == null || ahead.prevTickId != prevTick || ahead.tickId != tick) {
            boolean atOnce = batch.getBoolean("at_once");
            ahead = new Window(
                    prevTick, tick, inOrder(atOnce ? eventsAtOnce(batch) : readWindow(connection, batch, prevTick)));
        }
        List<Event> events = ahead.events;
        int from = done == null ? 0 : after(events, done);
        int to = end == null ? events.size() : after(events, end);
        int cut = cut(events, from, to, most);
        if (end == null && cut == to) {
            ahead = null;
        }
        return new Part(
                events.subList(from, cut), cut < to ? events.get(cut - 1).id() : null);
    }

    /** Where a batch of at most so many events ends; one event's rows stay together. */
    private static int cut(List<Event> events, int from, int to, int most) {
        return to - from <= most
                ? to
                : after(events, events.get(from + most - 1).id());
    }

    /** Where the first event with a higher id is. */
    private static int after(List<Event> events, long id) {
        int low = 0;
        int high = events.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (events.get(middle).id() <= id) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private List<Event> readWindow(Connection connection, ResultSet batch, long prevTick) throws SQLException {
        WindowSql sql = windowSql(connection, batch.getArray("tables"), prevTick);
        try (PreparedStatement statement = connection.prepareStatement(sql.text)) {
            statement.unwrap(PGStatement.class).setPrepareThreshold(BINARY);
            for (int table = 0, i = 0; table < sql.tables; table++) {
                // as values of unknown type: a text would be cast for each row
                statement.setObject(++i, batch.getString("lower"), Types.OTHER);
                statement.setObject(++i, batch.getString("upper"), Types.OTHER);
                statement.setObject(++i, batch.getString("snapshot"), Types.OTHER);
                statement.setInt(++i, subscriber.id());
                statement.setObject(++i, batch.getString("late"), Types.OTHER);
                statement.setInt(++i, subscriber.id());
            }
            return events(statement);
        }
    }

    private static List<Event> inOrder(List<Event> events) {
        events.sort(Comparator.comparingLong(Event::id)); // in order already, nearly
        return events;
    }

    private static List<Event> eventsAtOnce(ResultSet rows) throws SQLException {
        List<Event> events = new ArrayList<>();
        int first = rows.findColumn("ev_id");
        do {
            if (rows.getObject(first) != null) {
                events.add(event(rows, first));
            }
        } while (rows.next());
        return events;
    }

    private WindowSql windowSql(Connection connection, Array tables, long prevTick) throws SQLException {
        List<Integer> key = List.of((Integer[]) tables.getArray());
        WindowSql sql = sqlByTables.get(key);
        if (sql == null) {
            try (PreparedStatement statement = connection.prepareStatement(StreamSql.WINDOW_SQL)) {
                statement.setLong(1, prevTick);
                statement.setInt(2, subscriber.no());
                try (ResultSet row = statement.executeQuery()) {
                    row.next();
                    String text = row.getString(1);
                    sql = new WindowSql(
                            text, (int) text.chars().filter(c -> c == '?').count() / 6);
                }
            }
            sqlByTables.put(key, sql);
        }
        return sql;
    }

    private static List<Event> readBatch(Connection connection, long batchId) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(StreamSql.BATCH_EVENTS)) {
            statement.setLong(1, batchId);
            return events(statement);
        }
    }

    private static List<Event> events(PreparedStatement statement) throws SQLException {
        try (ResultSet rows = statement.executeQuery()) {
            List<Event> events = new ArrayList<>();
            while (rows.next()) {
                events.add(event(rows, 1));
            }
            return events;
        }
    }

    private static Event event(ResultSet row, int first) throws SQLException {
        return new Event(
                row.getLong(first),
                row.getObject(first + 1, OffsetDateTime.class).toInstant(),
                row.getInt(first + 2),
                row.getString(first + 3),
                row.getString(first + 4),
                row.getString(first + 5),
                row.getString(first + 6),
                row.getString(first + 7),
                row.getString(first + 8));
    }
}
