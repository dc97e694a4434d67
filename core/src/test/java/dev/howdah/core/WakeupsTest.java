package dev.howdah.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.howdah.core.Wakeups.Listening;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WakeupsTest {

    private static final String AGAIN = "look again";
    private static final Backoff SHORT = new Backoff(Duration.ofMillis(1), Duration.ofMillis(20));

    private final List<String> heard = new CopyOnWriteArrayList<>();

    @Test
    void tellsWhatWasSentAfterItSaidToLook() {
        try (Wakeups wakeups = Wakeups.over(Postgres.dataSource())) {
            wakeups.listen("a", this::hear);
            awaitHeard(AGAIN);
            send("a", "1");
            send("b", "not listened to");
            send("A", "another channel");
            send("a", "");
            awaitHeard(AGAIN, "1", "");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "with \"quotes\"; drop",
                "{fn now()}",
                "a?b $1 -- 'x'",
                "CAPITALS",
                "ünïcödé 𝄞",
                " ",
                "as long as PostgreSQL lets a name be, that is sixty-three bytes"
            })
    void anyNameIsAChannel(String name) {
        try (Wakeups wakeups = Wakeups.over(Postgres.dataSource())) {
            wakeups.listen(name, this::hear);
            awaitHeard(AGAIN);
            send(name, "1");
            awaitHeard(AGAIN, "1");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "nul \0",
                "longer than PostgreSQL lets a name be, which is 63 bytes of UTF-8",
                "äääääääääääääääääääääääääääääääää"
            })
    void refusesNamesThatWouldKeepAllFromListening(String name) {
        try (Wakeups wakeups = Wakeups.over(Postgres.dataSource())) {
            assertThatThrownBy(() -> wakeups.listen(name, this::hear)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void listenersComeAndGo() {
        List<String> second = new CopyOnWriteArrayList<>();
        try (Wakeups wakeups = Wakeups.over(Postgres.dataSource("come and go"))) {
            Listening first = wakeups.listen("a", this::hear);
            awaitHeard(AGAIN);
            Listening other = wakeups.listen("a", payload -> second.add(payload == null ? AGAIN : payload));
            wakeups.listen("b", this::hear);
            await().until(() -> second.equals(List.of(AGAIN)));
            awaitHeard(AGAIN, AGAIN);
            send("a", "1");
            await().until(() -> second.equals(List.of(AGAIN, "1")));
            first.close();
            send("a", "2");
            await().until(() -> second.equals(List.of(AGAIN, "1", "2")));
            other.close();
            await().until(() -> lastStatement("come and go").equals("unlisten \"a\""));
            send("b", "3");
            awaitHeard(AGAIN, AGAIN, "1", "3");
            wakeups.listen("a", this::hear);
            awaitHeard(AGAIN, AGAIN, "1", "3", AGAIN);
        }
        assertThat(Postgres.sessions("come and go")).isZero();
    }

    @Test
    void aListenerThatFailsDisturbsNobody() {
        try (Wakeups wakeups = Wakeups.over(Postgres.dataSource("fails"))) {
            wakeups.listen("a", payload -> {
                throw new IllegalStateException("listener");
            });
            wakeups.listen("a", payload -> {
                Thread.currentThread().interrupt();
                throw new AssertionError("listener");
            });
            wakeups.listen("a", this::hear);
            awaitHeard(AGAIN);
            send("a", "1");
            awaitHeard(AGAIN, "1");
            Postgres.terminate("fails");
            awaitHeard(AGAIN, "1", AGAIN);
            send("a", "2");
            awaitHeard(AGAIN, "1", AGAIN, "2");
        }
    }

    @Test
    void aListenerMayCloseIt() throws InterruptedException {
        CountDownLatch closed = new CountDownLatch(1);
        Wakeups wakeups = Wakeups.over(Postgres.dataSource("closes"));
        wakeups.listen("a", payload -> {
            wakeups.close();
            closed.countDown();
        });
        closed.await();
        await().until(() -> Postgres.sessions("closes") == 0);
        assertThatThrownBy(() -> wakeups.listen("a", this::hear)).hasMessage("closed");
    }

    /** What is sent from within the look-again itself must arrive: LISTEN is in force by then, not about to be. */
    @Test
    void saysToLookOnceForEachNewConnectionWhenListenIsInForce() {
        List<String> others = new CopyOnWriteArrayList<>();
        try (Wakeups wakeups = new Wakeups(Postgres.dataSource("dies often"), SHORT, Duration.ofSeconds(5))) {
            wakeups.listen("a", payload -> {
                hear(payload);
                if (payload == null) {
                    send("a", "sent " + heard.size());
                }
            });
            wakeups.listen("b", payload -> others.add(payload == null ? AGAIN : payload));
            for (int n = 1; n <= 9; n += 2) {
                int size = n + 1;
                await().until(() -> heard.size() == size && others.size() == size / 2);
                assertThat(heard.subList(n - 1, size)).containsExactly(AGAIN, "sent " + n);
                assertThat(Postgres.terminate("dies often")).isEqualTo(1);
            }
        }
    }

    @Test
    void findsOutThatThePeerHasGoneSilent() throws Exception {
        try (SilentProxy proxy = new SilentProxy(Postgres.address());
                Wakeups wakeups = new Wakeups(proxy.address().dataSource(), SHORT, Duration.ofSeconds(2))) {
            wakeups.listen("a", this::hear);
            awaitHeard(AGAIN);
            proxy.silenceThese();
            send("a", "lost");
            awaitHeard(AGAIN, AGAIN);
            send("a", "1");
            awaitHeard(AGAIN, AGAIN, "1");
        }
    }

    @Test
    void comesBackFromFailuresOfEveryKindAndWaitsShortlyAgainAfterwards() throws Exception {
        Refusing refusing = new Refusing(Postgres.dataSource("refused"));
        try (Wakeups wakeups = new Wakeups(refusing, SHORT, Duration.ofSeconds(2))) {
            wakeups.listen("a", this::hear);
            await().until(() -> refusing.refused > 10);
            refusing.refuses = false;
            awaitHeard(AGAIN);
            send("a", "1");
            awaitHeard(AGAIN, "1");
            await().until(() -> wakeups.failures() == 0);
        }
    }

    @Test
    void closeDoesNotHangWhenConnectingDoes() throws Exception {
        try (SilentProxy proxy = new SilentProxy(Postgres.address())) {
            proxy.silenceAll();
            Wakeups wakeups = new Wakeups(proxy.address().dataSource(), SHORT, Duration.ofMillis(200));
            wakeups.listen("a", this::hear);
            await().until(() -> proxy.connections() == 1);
            wakeups.close();
            assertThatThrownBy(() -> wakeups.listen("a", this::hear)).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void givesItsConnectionBackAsItWas() throws SQLException {
        try (OneConnectionPool pool = new OneConnectionPool(Postgres.dataSource())) {
            pool.connection.setAutoCommit(false);
            try (Wakeups wakeups = Wakeups.over(pool)) {
                wakeups.listen("a", this::hear);
                awaitHeard(AGAIN);
            }
            assertThat(pool.connection.getAutoCommit()).isFalse();
            assertThat(pool.connection.getNetworkTimeout()).isZero();
            assertThat(Postgres.column(pool, "select pg_listening_channels()")).isEmpty();
        }
    }

    @Test
    void leavesAPoolWhole() throws SQLException {
        HikariConfig config = new HikariConfig();
        config.setDataSource(Postgres.dataSource("pooled"));
        config.setMaximumPoolSize(1);
        try (HikariDataSource pool = new HikariDataSource(config)) {
            try (Wakeups wakeups = new Wakeups(pool, SHORT, Duration.ofSeconds(5))) {
                wakeups.listen("a", this::hear);
                awaitHeard(AGAIN);
                Postgres.terminate("pooled");
                awaitHeard(AGAIN, AGAIN);
                send("a", "1");
                awaitHeard(AGAIN, AGAIN, "1");
            }
            assertThat(Postgres.column(pool, "select pg_listening_channels()")).isEmpty();
        }
    }

    @Test
    void behindAPoolerInTransactionModeNothingComesAndNothingBreaks() throws SQLException {
        try (TransactionPooler pooler = new TransactionPooler(Postgres.dataSource("pooler"));
                Wakeups wakeups = new Wakeups(pooler, SHORT, Duration.ofSeconds(1))) {
            wakeups.listen("a", this::hear);
            awaitHeard(AGAIN);
            send("a", "lost");
            await().atMost(Duration.ofSeconds(30)).until(() -> pooler.statements.get() > 5);
            awaitHeard(AGAIN);
            assertThat(wakeups.failures()).isZero();
        }
    }

    private void hear(@Nullable String payload) {
        heard.add(payload == null ? AGAIN : payload);
    }

    private void awaitHeard(String... payloads) {
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(heard).containsExactly(payloads));
    }

    private static String lastStatement(String name) {
        return Postgres.column("select query from pg_stat_activity where application_name = '" + name + "'")
                .get(0);
    }

    private static void send(String channel, String payload) {
        send(Postgres.dataSource(), channel, payload);
    }

    static void send(DataSource dataSource, String channel, String payload) {
        Transactions.over(dataSource).statement(connection -> {
            try (var statement = connection.prepareStatement("select pg_notify(?, ?)")) {
                statement.setString(1, channel);
                statement.setString(2, payload);
                return statement.execute();
            }
        });
    }
}
