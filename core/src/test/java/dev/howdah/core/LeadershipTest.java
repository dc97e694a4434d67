package dev.howdah.core;

import static dev.howdah.core.TestDuty.NEVER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.howdah.embedded.PostgresAddress;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

class LeadershipTest {

    private static final Duration PROMISED = Duration.ofSeconds(2);

    @Test
    void oneOfTwoLeadsAndTheOtherTakesOverWhenItIsClosed() {
        TestDuty one = TestDuty.onceOnly("closed");
        TestDuty two = TestDuty.onceOnly("closed");
        DutyLoop first = start(one, Postgres.dataSource("first"));
        await().until(() -> one.rounds.get() > 0);
        try (DutyLoop second = start(two, Postgres.dataSource("second"))) {
            await().until(() -> Postgres.sessions("second") == 1);
            assertThat(Postgres.leaders("closed")).containsExactly("first");
            assertThat(first.leads(one)).isTrue();
            assertThat(second.leads(two)).isFalse();
            first.close();
            assertThat(first.leads(one)).isFalse();
            await().atMost(PROMISED).until(() -> second.leads(two));
            await().until(() -> two.rounds.get() > 0);
            assertThat(Postgres.leaders("closed")).containsExactly("second");
        }
        assertThat(Postgres.leaders("closed")).isEmpty();
    }

    @Test
    void aTerminatedConnectionHandsOverAndNeverAreThereTwo() {
        TestDuty one = TestDuty.onceOnly("terminated");
        TestDuty two = TestDuty.onceOnly("terminated");
        Map<String, Leads> loops = Map.of("one", () -> false, "two", () -> false);
        try (DutyLoop first = start(one, Postgres.dataSource("one"));
                DutyLoop second = start(two, Postgres.dataSource("two"))) {
            loops = Map.of("one", () -> first.leads(one), "two", () -> second.leads(two));
            for (int i = 0; i < 4; i++) {
                await().until(() -> Postgres.leaders("terminated").size() == 1);
                String leader = Postgres.leaders("terminated").get(0);
                await().until(loops.get(leader)::now);
                Postgres.terminate(leader);
                await().atMost(PROMISED).until(() -> {
                    List<String> leaders = Postgres.leaders("terminated");
                    assertThat(leaders).hasSizeLessThan(2);
                    return leaders.size() == 1;
                });
                await().until(() -> first.leads(one) != second.leads(two));
            }
        }
    }

    private interface Leads {
        boolean now();
    }

    @Test
    void whoLosesTouchNoLongerLeads() throws Exception {
        TestDuty duty = TestDuty.onceOnly("silent");
        try (SilentProxy proxy = new SilentProxy(Postgres.address());
                DutyLoop loop = start(duty, Postgres.dataSource(proxy.address(), "silent"))) {
            await().until(() -> loop.leads(duty));
            proxy.silenceAll();
            await().until(() -> !loop.leads(duty));
        }
    }

    @Test
    void closeDoesNotHangWhenConnectingDoes() throws Exception {
        try (SilentProxy proxy = new SilentProxy(Postgres.address())) {
            proxy.silenceAll();
            DutyLoop loop = start(TestDuty.onceOnly("hangs"), Postgres.dataSource(proxy.address(), "hangs"));
            await().until(() -> proxy.connections() == 1);
            Thread closing = Threads.start("closing", loop::close);
            await().atMost(Duration.ofSeconds(20)).until(() -> !closing.isAlive());
        }
    }

    @Test
    void aRoundUnderWayEndsBeforeLeadershipIsGivenUp() throws InterruptedException {
        CountDownLatch inRound = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        TestDuty duty = TestDuty.onceOnly("ends", NEVER, () -> {
            inRound.countDown();
            go.await();
            return 0;
        });
        DutyLoop loop = start(duty, Postgres.dataSource("ends"));
        inRound.await();
        Thread closing = Threads.start("closing", loop::close);
        await().until(() -> closing.getState() == Thread.State.TIMED_WAITING);
        assertThat(Postgres.leaders("ends")).containsExactly("ends");
        go.countDown();
        closing.join();
        assertThat(Postgres.leaders("ends")).isEmpty();
    }

    @Test
    void outlivesTimeoutsAndHoldsNothingBackFromVacuum() {
        Postgres.run("create role impatient login password 'impatient'");
        int version = Integer.parseInt(
                Postgres.column("select current_setting('server_version_num')").get(0));
        Stream.of("idle_in_transaction_session_timeout = 300", "statement_timeout = 300", "transaction_timeout = 300")
                .filter(setting -> version >= 170000 || !setting.startsWith("transaction_timeout"))
                .forEach(setting -> Postgres.run("alter role impatient set " + setting));
        Postgres.run("alter role impatient set default_transaction_isolation = 'serializable'");
        PostgresAddress address = new PostgresAddress(
                Postgres.address().host(),
                Postgres.address().port(),
                Postgres.address().database(),
                "impatient",
                "impatient");
        TestDuty duty = TestDuty.onceOnly("patient");
        try (DutyLoop loop = start(duty, Postgres.dataSource(address, "patient"))) {
            await().until(() -> loop.leads(duty));
            await().until(() -> Postgres.column("""
                            select 1
                              from pg_stat_activity
                             where application_name = 'patient' and now() - xact_start > interval '1.5 s'""").size() == 1);
            await().untilAsserted(
                            () -> assertThat(Postgres.column("""
                            select format('%s xmin=%s xid=%s', state, backend_xmin, backend_xid)
                              from pg_stat_activity
                             where application_name = 'patient'""")).containsExactly("idle in transaction xmin= xid="));
        }
    }

    @Test
    void givesItsConnectionBackAsItWas() throws SQLException {
        try (OneConnectionPool pool = new OneConnectionPool(Postgres.dataSource("borrowed"))) {
            TestDuty duty = TestDuty.onceOnly("borrowed");
            try (DutyLoop loop = start(duty, pool)) {
                await().until(() -> loop.leads(duty));
            }
            Connection connection = pool.connection;
            assertThat(connection.getAutoCommit()).isTrue();
            assertThat(connection.getNetworkTimeout()).isZero();
            assertThat(Postgres.column(
                            pool,
                            "select current_setting('transaction_isolation') || current_setting('statement_timeout')"))
                    .containsExactly("read committed0");
            assertThat(Postgres.leaders("borrowed")).isEmpty();
        }
    }

    @Test
    void aKilledProcessIsReplacedWithinTwoSeconds() throws Exception {
        try (ChildJvm one = ChildJvm.onDuty("killed", "child one");
                ChildJvm two = ChildJvm.onDuty("killed", "child two")) {
            Duration starting = Duration.ofSeconds(60);
            await().atMost(starting)
                    .until(() -> Postgres.sessions("child one") + Postgres.sessions("child two") == 2
                            && Postgres.leaders("killed").size() == 1);
            boolean first = Postgres.leaders("killed").get(0).equals("child one");
            (first ? one : two).close();
            await().pollInterval(Duration.ofMillis(20))
                    .atMost(PROMISED)
                    .until(() -> Postgres.leaders("killed").equals(List.of(first ? "child two" : "child one")));
        }
    }

    private static DutyLoop start(Duty duty, DataSource dataSource) {
        return DutyLoop.builder()
                .duty(duty)
                .leadershipOver(dataSource)
                .backoff(new Backoff(Duration.ofMillis(20), Duration.ofMillis(200)))
                .start();
    }
}
