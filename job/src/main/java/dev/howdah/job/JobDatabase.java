package dev.howdah.job;

import dev.howdah.core.Transactions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/** The jobs of one database: where their statements run, and by which names. */
final class JobDatabase {

    /** As far as a delay may reach; beyond some hundred thousand years PostgreSQL refuses to calculate. */
    private static final Duration LONGEST = Duration.ofDays(36_500);

    private final Transactions transactions;
    private final JobNames names;
    private final Map<String, String> statements = new ConcurrentHashMap<>();
    private final Set<LocalWorker> workers = new CopyOnWriteArraySet<>();

    JobDatabase(Transactions transactions, JobNames names) {
        this.transactions = transactions;
        this.names = names;
    }

    /** Makes a value of the row that a result is at. */
    @FunctionalInterface
    interface RowReader<T> {
        T read(ResultSet row) throws SQLException;
    }

    /** An argument that has to be made with the connection. */
    @FunctionalInterface
    interface Argument {
        @Nullable Object on(Connection connection) throws SQLException;
    }

    Transactions transactions() {
        return transactions;
    }

    JobNames names() {
        return names;
    }

    /** A statement by its names here; made once for each. */
    String sql(String statement) {
        return statements.computeIfAbsent(statement, names::in);
    }

    /** From now on this worker is told at once of what this process sends; a notification takes a millisecond more. */
    void join(LocalWorker worker) {
        workers.add(worker);
    }

    void leave(LocalWorker worker) {
        workers.remove(worker);
    }

    /** Jobs were sent, and are committed. */
    void tellSent() {
        workers.forEach(LocalWorker::sent);
    }

    /** Of a worker that has a free handler for this job. */
    Optional<Handoff> handoff(NewJob job) {
        return workers.stream().flatMap(worker -> worker.handoff(job).stream()).findFirst();
    }

    /** Runs a statement in a transaction of its own. */
    <T> List<T> rows(String statement, RowReader<T> reader, @Nullable Object... arguments) {
        return transactions.statement(connection -> rows(connection, statement, reader, arguments));
    }

    <T> T row(String statement, RowReader<T> reader, @Nullable Object... arguments) {
        return rows(statement, reader, arguments).get(0);
    }

    /** Runs a statement on this connection. */
    <T> List<T> rows(Connection connection, String statement, RowReader<T> reader, @Nullable Object... arguments)
            throws SQLException {
        try (PreparedStatement prepared = connection.prepareStatement(sql(statement))) {
            for (int i = 0; i < arguments.length; i++) {
                prepared.setObject(i + 1, arguments[i] instanceof Argument made ? made.on(connection) : arguments[i]);
            }
            boolean isResult = prepared.execute();
            while (!isResult || prepared.getResultSet().getMetaData().getColumnCount() == 0) {
                isResult = prepared.getMoreResults(); // past what comes before the statement that answers
            }
            try (ResultSet row = prepared.getResultSet()) {
                List<T> values = new ArrayList<>();
                while (row.next()) {
                    values.add(reader.read(row));
                }
                return values;
            }
        }
    }

    static Argument texts(Collection<?> values) {
        return connection -> connection.createArrayOf("text", values.toArray());
    }

    static <S> Argument texts(Collection<S> rows, Function<S, ?> column) {
        return connection ->
                connection.createArrayOf("text", rows.stream().map(column).toArray());
    }

    static <S> Argument ints(Collection<S> rows, Function<S, Integer> column) {
        return connection ->
                connection.createArrayOf("int4", rows.stream().map(column).toArray());
    }

    static <S> Argument longs(Collection<S> rows, Function<S, Long> column) {
        return longs(rows.stream().map(column).toList());
    }

    /** Of values that may come and go meanwhile. */
    static Argument longs(Collection<Long> values) {
        return connection -> {
            long[] array = new long[values.size()];
            int count = 0;
            for (long value : values) {
                if (count == array.length) {
                    array = Arrays.copyOf(array, 2 * count + 1);
                }
                array[count++] = value;
            }
            return connection
                    .unwrap(PGConnection.class)
                    .createArrayOf("int8", count == array.length ? array : Arrays.copyOf(array, count));
        };
    }

    static String interval(Duration duration) {
        return (duration.compareTo(LONGEST) < 0 ? duration : LONGEST).toString();
    }
}
