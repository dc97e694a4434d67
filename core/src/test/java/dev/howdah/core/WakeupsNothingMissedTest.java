package dev.howdah.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A reader that looks only when it is told to, while the listening connection is terminated again and again: it ends up
 * knowing all that was written.
 */
class WakeupsNothingMissedTest {

    private static final int STEPS = 400;

    private final Set<Integer> known = new ConcurrentSkipListSet<>();

    static IntStream seeds() {
        return new Random().ints(4);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void whatIsNotDeliveredIsFoundByLookingAgain(int seed) throws Exception {
        Random random = new Random(seed);
        Set<Integer> sent = new TreeSet<>();
        Transactions transactions = Transactions.over(Postgres.dataSource());
        transactions.statement(connection -> execute(connection, "drop table if exists written"));
        transactions.statement(connection -> execute(connection, "create table written (n int)"));
        Backoff backoff = new Backoff(Duration.ofMillis(1), Duration.ofMillis(10));
        try (Wakeups wakeups = new Wakeups(Postgres.dataSource("random"), backoff, Duration.ofSeconds(5));
                Connection writer = Postgres.dataSource().getConnection()) {
            writer.setAutoCommit(false);
            wakeups.listen("written", this::look);
            for (int n = 0; n < STEPS; n++) {
                switch (random.nextInt(20)) {
                    case 0 -> Postgres.terminate("random");
                    case 1 -> await().pollInterval(Duration.ofMillis(5)).until(() -> known.containsAll(sent));
                    default -> {
                        execute(writer, "insert into written values (" + n + ")");
                        execute(writer, "notify written, '" + n + "'");
                        writer.commit();
                        sent.add(n);
                    }
                }
            }
            await().untilAsserted(() -> assertThat(known).containsAll(sent));
        }
    }

    private void look(@Nullable String payload) {
        if (payload == null) {
            Postgres.column("select n from written").forEach(n -> known.add(Integer.valueOf(n)));
        } else {
            known.add(Integer.valueOf(payload));
        }
    }

    private static boolean execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return statement.execute(sql);
        }
    }
}
