package dev.howdah.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.howdah.install.Installer;
import dev.howdah.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ticking from inside the database, what it takes, and what status() says about it. */
class SchedulerTest {

    private static final String LOOP = "call pgque.ticker_loop()";

    private final TestDatabase database = TestDatabase.installed();

    @AfterEach
    void drop() {
        database.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"start: there is no pg_cron", "start_timetable: there is no pg_timetable"})
    void withoutASchedulerSaysWhoDoesTheTicking(String said) {
        String function = said.substring(0, said.indexOf(':'));

        assertThatThrownBy(() -> database.run("select pgque." + function + "()"))
                .hasMessage(said + " in this database; \"howdah serve\" or \"howdah up\" does the ticking");
        database.run("select pgque.stop(), pgque.stop_timetable()"); // nothing to stop is no error
    }

    @Test
    void theLoopTicksForAnAdminAndBringsBackRetries() throws SQLException {
        database.run("select pgque.create_queue('q'), pgque.register_consumer('q', 'c')");
        database.run("select pgque.send('q', 'first')");
        database.run("""
                select pgque.event_retry_raw('q', 'c', now() - interval '1 hour', null, null, 1, 'again', 'second',
                                             null, null, null, null)""");

        try (Connection admin =
                        TestLogin.memberOf("pgque_admin", database).dataSource().getConnection();
                Statement statement = admin.createStatement()) {
            statement.execute(LOOP);
        }

        assertThat(database.column("select payload from pgque.receive('q', 'c') order by payload"))
                .containsExactly("first", "second");
    }

    @Test
    void whatIsSentWhileTheLoopRunsIsReceived() throws Exception {
        database.run("select pgque.create_queue('q'), pgque.register_consumer('q', 'c')");
        AtomicBoolean stopped = new AtomicBoolean();
        Thread scheduler = new Thread(() -> {
            while (!stopped.get()) {
                database.run(LOOP);
            }
        });
        scheduler.start();
        try {
            for (int i = 0; i < 3; i++) {
                database.run("select pgque.send('q', 'event')");
                await().atMost(Duration.ofSeconds(30))
                        .until(() -> database.column("select pgque.ack(batch_id) from pgque.receive('q', 'c')")
                                        .size()
                                == 1);
            }
        } finally {
            stopped.set(true);
            scheduler.join();
        }
    }

    @Test
    void theLoopDoesNotRunInsideATransaction() throws SQLException {
        try (Connection connection = database.dataSource().getConnection()) {
            assertThat(TestLogin.tried(connection, LOOP)).isEqualTo("2D000");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "3", "2000", "null"})
    void aPeriodDividesASecond(String period) {
        assertThatThrownBy(() -> database.run("select pgque.set_tick_period_ms(" + period + ")"))
                .hasMessage("set_tick_period_ms: the period must divide 1000 milliseconds evenly, got " + period);
        assertThat(database.value("select pgque.set_tick_period_ms(125)")).isEqualTo("125");
        assertThat(database.value("select tick_period_ms from pgque.config")).isEqualTo("125");
    }

    @Test
    void statusSaysThatNobodyTicks() {
        database.run("select pgque.create_queue('q'), pgque.create_queue('r')");
        assertThat(status("ticker")).containsExactly("ok: no tick is overdue");
        assertThat(status("scheduler")).containsExactly("none: \"howdah serve\" or \"howdah up\" does the ticking");

        database.run("select pgque.send('q', 'waits')");
        database.run("update pgque.tick set tick_time = now() - interval '1 minute'");

        assertThat(status("ticker")).containsExactly("late: nobody ticks: q");
        assertThat(status("queues")).containsExactly("ok: 2, of which 0 take no events, 0 have no ticker");
    }

    @Test
    void uninstallLeavesNothingAndInstallBringsItBack() {
        database.run("select pgque.create_queue('q'), pgque.send('q', 'gone')");

        database.run("select pgque.uninstall()");

        assertThat(database.column(
                        "select nspname from pg_namespace where nspname in ('pgque', 'pgq', 'howdah_stream')"))
                .isEmpty();
        assertThat(Installer.forWingsOnClassPath()
                        .install(database.dataSource())
                        .applied())
                .contains("stream 1_schemas", "stream functions");
        assertThat(database.value("select pgque.create_queue('q')")).isEqualTo("1");
    }

    @Test
    void sequencesGoForwardOnly() {
        database.run("create sequence public.s; create schema \"My\"; create sequence \"My\".\"S.1\"");

        assertThat(database.column("select pgque.quote_fqname(n) from unnest('{a,a.b,My.S.1}'::text[]) n"))
                .containsExactly("public.a", "a.b", "\"My\".\"S.1\"");
        assertThat(database.column("""
                select pgque.seq_getval('s') union all
                select pgque.seq_setval('s', 10) union all
                select pgque.seq_setval('public.s', 5) union all
                select nextval('s') union all
                select pgque.seq_setval('My.S.1', 7)""")).containsExactly("1", "10", "10", "11", "7");
        assertThatThrownBy(() -> database.run("select pgque.seq_getval('nope')"))
                .hasMessage("relation \"public.nope\" does not exist");
    }

    private List<String> status(String component) {
        return database.column(
                "select status || ': ' || detail from pgque.status() where component = '" + component + "'");
    }
}
