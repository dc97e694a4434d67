package dev.howdah.stream;

import dev.howdah.core.Duty;
import dev.howdah.core.SqlErrors;
import dev.howdah.core.Statements;
import dev.howdah.core.Transactions;
import dev.howdah.core.Wakeups;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;

/** The door to the streams of one database: event logs that any number of consumers read, each at its own pace. */
public final class Streams {

    private final DataSource dataSource;
    private final DataSource direct;
    private final Transactions transactions;
    private final Statements statements;
    private final Wakeups wakeups;

    private Streams(DataSource dataSource, DataSource direct, Wakeups wakeups) {
        this.dataSource = dataSource;
        this.direct = direct;
        this.transactions = Transactions.over(dataSource);
        this.statements = new Statements(transactions);
        this.wakeups = wakeups;
    }

    /** @param direct connections that are the ticker's alone while it has them, where {@code dataSource} is a pooler's */
    public static Streams over(DataSource dataSource, DataSource direct, Wakeups wakeups) {
        return new Streams(dataSource, direct, wakeups);
    }

    /**
     * Makes a stream. Safe from any number of sessions at once.
     *
     * @param name 1 to 57 bytes
     * @return false if it is there already
     */
    public boolean create(String name) {
        return statements.of(name).number(StreamSql.CREATE, name) == 1;
    }

    /** Sets what {@code settings} gives, and leaves the rest as it is. Errors: no such stream; out of range. */
    public void configure(String name, StreamSettings settings) {
        transactions.call(connection -> {
            try {
                for (Map.Entry<String, String> setting : settings.parameters().entrySet()) {
                    Statements.rows(
                            connection,
                            StreamSql.CONFIGURE,
                            row -> row.getInt(1),
                            name,
                            setting.getKey(),
                            setting.getValue());
                }
                return null;
            } catch (SQLException e) {
                throw SqlErrors.of(e, name, null);
            }
        });
    }

    /**
     * Removes a stream with its events. Errors: no such stream.
     *
     * @param force with its consumers; else a stream that has some is refused
     */
    public void drop(String name, boolean force) {
        statements.of(name).number(StreamSql.DROP, name, force);
    }

    /** Every stream, by name. */
    public List<StreamInfo> list() {
        return statements.rows(StreamSql.LIST, StreamInfo::of);
    }

    /** Who reads a stream, by name; none if there is no such stream. */
    public List<ConsumerInfo> consumers(String stream) {
        return statements.rows(StreamSql.CONSUMERS, ConsumerInfo::of, stream);
    }

    public StreamSender sender(String stream) {
        return new StreamSender(transactions, stream);
    }

    /** A consumer to be told its handler and then started. */
    public StreamConsumer.Builder consumer(String stream, String consumer) {
        return new StreamConsumer.Builder(dataSource, wakeups, stream, consumer);
    }

    /**
     * Registers a consumer without starting it: it gets the events that are sent from now on. Errors: no such stream.
     *
     * @return false if it is registered already
     */
    public boolean subscribe(String stream, String consumer) {
        return statements.of(stream).number(StreamSql.SUBSCRIBE, stream, consumer) == 1;
    }

    /** Removes a consumer with the events that wait for their retry. @return false if there is none */
    public boolean unsubscribe(String stream, String consumer) {
        return statements.of(stream).number(StreamSql.UNSUBSCRIBE, stream, consumer) > 0;
    }

    /**
     * Has a consumer read on from a tick, {@link Batch#tick()} for example: all that was sent after it comes, again or for
     * the first time. A batch that is open at the time is dropped. Errors: no such stream; the tick's events are gone.
     */
    public void replay(String stream, String consumer, long tick) {
        statements.of(stream).number(StreamSql.SUBSCRIBE_AT, stream, consumer, tick);
    }

    /** A stream's dead letters. */
    public DeadLetters deadLetters(String stream) {
        return new DeadLetters(statements.of(stream), stream);
    }

    /** What keeps the streams of a database moving; a server runs these. */
    public List<Duty> duties() {
        return List.of(
                new StreamTicker(statements, direct, wakeups),
                new EngineDuty("stream-retries", statements, StreamSql.RETRIES, Duration.ofMillis(500)),
                new EngineDuty("stream-maintenance", statements, StreamSql.MAINTENANCE, Duration.ofSeconds(1)));
    }
}
