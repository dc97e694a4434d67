package dev.howdah.benchmark;

import com.zaxxer.hikari.HikariDataSource;
import dev.howdah.Howdah;
import dev.howdah.core.DutyLoop;
import dev.howdah.core.Transactions;
import dev.howdah.queue.NewMessage;
import dev.howdah.stream.NewEvent;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.Iterator;
import java.util.stream.Stream;
import javax.sql.DataSource;

/** What a workload needs: a database with Howdah in it, its duties running with their defaults, and a few hands. */
final class Bench implements AutoCloseable {

    /** 200 bytes of JSON. */
    static final String PAYLOAD = payload();

    private final DataSource direct;
    private final HikariDataSource pool = new HikariDataSource();
    private final Howdah howdah;
    private final DutyLoop duties;
    private int names;

    Bench(DataSource direct) {
        this.direct = direct;
        pool.setDataSource(direct);
        pool.setMaximumPoolSize(20);
        howdah = Howdah.over(pool, direct);
        duties = DutyLoop.builder()
                .duties(howdah.duties())
                .leadershipOver(direct)
                .start();
    }

    Howdah howdah() {
        return howdah;
    }

    DataSource dataSource() {
        return pool;
    }

    /** Connections that are made anew each time. */
    DataSource direct() {
        return direct;
    }

    /** A stream of its own for each measurement. */
    String newStream() {
        String name = "howdah_bench_" + ++names;
        if (howdah.streams().list().stream().anyMatch(stream -> stream.name().equals(name))) {
            howdah.streams().drop(name, true);
        }
        howdah.streams().create(name);
        return name;
    }

    void dropStream(String name) {
        howdah.streams().drop(name, true);
    }

    /** A queue of its own for each measurement. */
    String newQueue() {
        String name = "howdah_bench_" + ++names;
        if (howdah.queues().list().stream().anyMatch(queue -> queue.name().equals(name))) {
            howdah.queues().drop(name);
        }
        howdah.queues().create(name);
        return name;
    }

    void dropQueue(String name) {
        howdah.queues().drop(name);
    }

    static Iterator<NewEvent> events(int count) {
        return Stream.generate(() -> NewEvent.of("bench", PAYLOAD)).limit(count).iterator();
    }

    static Iterator<NewMessage> messages(int count) {
        return Stream.generate(() -> NewMessage.json(PAYLOAD)).limit(count).iterator();
    }

    void sql(String sql) {
        Transactions.over(pool).statement(connection -> {
            try (Statement statement = connection.createStatement()) {
                return statement.execute(sql);
            }
        });
    }

    String value(String sql) {
        return Transactions.over(pool).statement(connection -> {
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery(sql)) {
                row.next();
                return row.getString(1);
            }
        });
    }

    /** Until it is closed, a transaction keeps a snapshot, as a report or a dump would. */
    Connection heldSnapshot() {
        return Transactions.over(direct).call(ignored -> {
            Connection connection = direct.getConnection();
            connection.setAutoCommit(false);
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            try (Statement statement = connection.createStatement()) {
                statement.execute("select pg_current_xact_id()");
            }
            return connection;
        });
    }

    private static String payload() {
        String start = "{\"order\": 4711, \"customer\": \"c-8151\", \"items\": [1, 2, 3], \"note\": \"";
        return start + "x".repeat(200 - start.length() - 2) + "\"}";
    }

    @Override
    public void close() {
        duties.close();
        howdah.close();
        pool.close();
    }
}
