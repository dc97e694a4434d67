package dev.howdah.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.howdah.core.DutyLoop;
import dev.howdah.core.HowdahException;
import dev.howdah.core.Statements;
import dev.howdah.core.Transactions;
import dev.howdah.core.Wakeups;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.ds.PGSimpleDataSource;

class CallbacksTest extends QueueClientBase {

    private static final CallbackSettings SETTINGS = CallbackSettings.ofDatabase()
            .withEnabled(true)
            .withWorkers(2, 4)
            .withNaptime(Duration.ofMillis(20))
            .withWorkerStartDelay(Duration.ofMillis(300))
            .withWorkerIdleTimeout(Duration.ofMillis(500));

    private DutyLoop server;

    @BeforeEach
    void startServer() {
        server = server();
        database.run("""
                create table gate (open bool);
                create procedure note(body jsonb) language plpgsql as $$
                begin
                    insert into written values (body #>> '{}');
                    if body #>> '{}' = 'bad' then
                        raise exception 'no good';
                    end if;
                end $$;
                create procedure hold(body jsonb) language plpgsql as $$
                begin
                    perform pg_advisory_xact_lock_shared(4711);
                    insert into written values (body #>> '{}');
                end $$;
                create procedure note_xml(body xml) language sql as 'insert into written values (body::text)'""");
    }

    @AfterEach
    void stopServer() {
        server.close();
    }

    private DutyLoop pool(CallbackSettings settings) {
        return DutyLoop.builder().duty(queues.callbacks(settings)).start();
    }

    private int workers() {
        return Integer.parseInt(database.value(
                "select count(*) from pg_locks where locktype = 'advisory' and classid = 1752131959 and objsubid = 2"
                        + " and database = (select oid from pg_database where datname = current_database())"));
    }

    @Test
    void eachMessageIsCalledOnceAndWokenFor() {
        try (DutyLoop pool = pool(SETTINGS)) {
            queues.registerCallback(QUEUE, "note(jsonb)");
            sendNumbers(100);
            eventually(() -> assertThat(written()).isEqualTo(numbers(100)));
            assertThat(info().ready()).isZero();
            sender().send(NewMessage.json("101"));
            eventually(() -> assertThat(written()).endsWith("101"));
        }
        eventually(() -> assertThat(workers()).isZero());
    }

    @Test
    void aFailingCallIsARetryAndInTheEndADeadLetter() {
        queues.registerCallback(QUEUE, "note(jsonb)");
        try (DutyLoop pool = pool(SETTINGS)) {
            sender().send(NewMessage.json("\"bad\""));
            sender().send(NewMessage.json("\"good\""));
            eventually(() -> assertThat(queues.deadLetters(QUEUE).list(10)).hasSize(1));
        }
        assertThat(queues.deadLetters(QUEUE).list(10).get(0).attempts()).isEqualTo(4);
        assertThat(written()).containsExactly("good");
    }

    @Test
    void xmlIsCalledToo() {
        queues.registerCallback(QUEUE, "note_xml(xml)");
        try (DutyLoop pool = pool(SETTINGS)) {
            sender().send(NewMessage.xml("<a/>"));
            eventually(() -> assertThat(written()).containsExactly("<a/>"));
        }
    }

    @Test
    void aProcedureThatIsDroppedIsNoticedAtOnceAndItsMessagesWait() {
        queues.registerCallback(QUEUE, "note(jsonb)");
        try (DutyLoop pool = pool(SETTINGS.withCheckTimeout(Duration.ofSeconds(1)))) {
            sendNumbers(1);
            eventually(() -> assertThat(written()).containsExactly("1"));
            database.run("drop procedure note(jsonb)");
            sender().send(NewMessage.json("2"));
            eventually(() -> assertThat(info().callbackProblem()).hasValue("there is no such procedure"));
            assertThat(queues.peek(QUEUE, 10))
                    .extracting(peeked -> peeked.message().attempts())
                    .containsExactly(0);
            database.run("create procedure note(body jsonb) language sql as 'insert into written values (''again'')'");
            eventually(() -> assertThat(written()).containsExactly("1", "again"));
            assertThat(info().callbackProblem()).isEmpty();
        }
    }

    @Test
    void aProcedureThatIsReplacedIsCalledAsItIsNow() {
        queues.registerCallback(QUEUE, "note(jsonb)");
        try (DutyLoop pool = pool(SETTINGS)) {
            sendNumbers(1);
            eventually(() -> assertThat(written()).containsExactly("1"));
            database.run(
                    "create or replace procedure note(body jsonb) language sql as 'insert into written values (''new'')'");
            sender().send(NewMessage.json("2"));
            eventually(() -> assertThat(written()).containsExactly("1", "new"));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            drop procedure note(jsonb); create procedure note(body jsonb, more int default 0) language sql as ''| there is no such procedure
            drop procedure note(jsonb); create function note(body jsonb) returns void language sql as ''        | it is a function, not a procedure
            alter procedure note(jsonb) rename to noted                                                         | there is no such procedure
            revoke execute on procedure note(jsonb) from current_user, public                                   | role "howdah" may not execute it
            """)
    void aProcedureThatIsNotWhatItWasIsNoticedAndItsMessagesWait(String change, String problem) {
        queues.registerCallback(QUEUE, "note(jsonb)");
        database.run(change);
        try (DutyLoop pool = pool(SETTINGS)) {
            sendNumbers(1);
            eventually(() -> assertThat(info().callbackProblem()).hasValue(problem));
            assertThat(queues.peek(QUEUE, 10))
                    .extracting(peeked -> peeked.message().attempts())
                    .containsExactly(0);
        }
        assertThat(written()).isEmpty();
    }

    @Test
    void workersAreAddedWhileAllAreBusyAndStoppedWhenIdle() {
        queues.registerCallback(QUEUE, "hold(jsonb)");
        try (DutyLoop pool = pool(SETTINGS)) {
            eventually(() -> assertThat(workers()).isEqualTo(2));
            holding(() -> {
                sendNumbers(10);
                eventually(() -> assertThat(workers()).isEqualTo(4));
            });
            eventually(() -> assertThat(written()).hasSize(10));
            eventually(() -> assertThat(workers()).isEqualTo(2));
        }
        eventually(() -> assertThat(workers()).isZero());
    }

    /** While the procedure {@code hold} can't go on. */
    private void holding(Runnable work) {
        Transactions.over(database.dataSource()).call(connection -> {
            try (var statement = connection.createStatement()) {
                statement.execute("select pg_advisory_xact_lock(4711)");
                work.run();
                return null;
            }
        });
    }

    @Test
    void severalServersShareTheWorkAndTheWorkersThatThereMayBe() {
        queues.registerCallback(QUEUE, "hold(jsonb)");
        try (Wakeups others = Wakeups.over(database.dataSource());
                DutyLoop one = pool(SETTINGS.withWorkers(2, 3));
                DutyLoop two = DutyLoop.builder()
                        .duty(Queues.over(database.dataSource(), database.dataSource(), others)
                                .callbacks(SETTINGS.withWorkers(2, 3)))
                        .start()) {
            holding(() -> {
                sendNumbers(10);
                eventually(() -> assertThat(database.value("select count(*) from pg_locks where not granted"
                                + " and locktype = 'advisory' and objid = 4711"))
                        .isEqualTo("3"));
                assertThat(workers()).isEqualTo(3);
            });
            eventually(() -> assertThat(written()).isEqualTo(numbers(10)));
        }
    }

    @Test
    void aWorkerWhoseConnectionIsCutIsReplacedAndItsMessageComesAgain() {
        queues.registerCallback(QUEUE, "hold(jsonb)");
        try (DutyLoop pool = pool(SETTINGS)) {
            holding(() -> {
                sendNumbers(1);
                eventually(() -> assertThat(database.column("select pg_terminate_backend(pid) from pg_locks"
                                + " where not granted and locktype = 'advisory' and objid = 4711"))
                        .hasSize(1));
            });
            eventually(() -> assertThat(written()).containsExactly("1"));
            eventually(() -> assertThat(workers()).isEqualTo(2));
        }
    }

    @Test
    void theyAreOffUntilTheDatabaseTurnsThemOn() {
        queues.registerCallback(QUEUE, "note(jsonb)");
        sendNumbers(1);
        PGSimpleDataSource parameterized = new PGSimpleDataSource();
        parameterized.setUrl(database.address().jdbcUrl());
        Queues others = Queues.over(database.dataSource(), parameterized, wakeups);
        try (DutyLoop pool = DutyLoop.builder()
                .duty(others.callbacks(CallbackSettings.ofDatabase()))
                .start()) {
            // what alter database … set does for new connections
            parameterized.setOptions("-c pgpro_queue.callback=on -c pgpro_queue.callback_min_workers=1");
            eventually(() -> assertThat(written()).containsExactly("1"));
            assertThat(workers()).isEqualTo(1);
            parameterized.setOptions("");
            eventually(() -> assertThat(workers()).isZero());
        }
    }

    @Test
    void aParameterThatMakesNoSenseIsSaidSo() throws Exception {
        assertThat(rules("-c pgpro_queue.callback=yes -c pgpro_queue.callback_naptime=7"))
                .isEqualTo(new CallbackRules(
                        true,
                        3,
                        10,
                        Duration.ofMillis(7),
                        Duration.ofSeconds(60),
                        Duration.ofSeconds(60),
                        Duration.ofSeconds(5)));
        assertThatThrownBy(() -> rules("-c pgpro_queue.callback=maybe"))
                .isInstanceOf(HowdahException.InvalidInput.class)
                .hasMessage("pgpro_queue.callback must be on or off, is \"maybe\"");
        assertThatThrownBy(() -> rules("-c pgpro_queue.callback_min_workers=-1"))
                .isInstanceOf(HowdahException.InvalidInput.class)
                .hasMessage("pgpro_queue.callback_min_workers must be a whole number, is \"-1\"");
    }

    @Test
    void asManyWorkersAsThereMayBeAreEnough() throws Exception {
        assertThat(rules("-c pgpro_queue.callback_max_workers=2").minWorkers()).isEqualTo(2);
        assertThatThrownBy(() -> SETTINGS.withWorkers(3, 2))
                .hasMessage("minWorkers must not be more than maxWorkers, got 3 and 2");
        assertThatThrownBy(() -> SETTINGS.withWorkers(-1, 2)).hasMessage("minWorkers must be 0 or more, got -1");
        assertThatThrownBy(() -> SETTINGS.withWorkers(0, 0)).hasMessage("maxWorkers must be 1 or more, got 0");
        assertThatThrownBy(() -> SETTINGS.withNaptime(Duration.ZERO))
                .hasMessage("naptime must be 1 ms or more, got PT0S");
        assertThatThrownBy(() -> SETTINGS.withCheckTimeout(Duration.ofSeconds(-1)))
                .hasMessage("checkTimeout must not be negative, got PT-1S");
    }

    private CallbackRules rules(String options) {
        PGSimpleDataSource parameterized = new PGSimpleDataSource();
        parameterized.setUrl(database.address().jdbcUrl());
        parameterized.setOptions(options);
        return new Statements(Transactions.over(parameterized))
                .rows(QueueSql.CALLBACK_SETTINGS, row -> CallbackRules.of(CallbackSettings.ofDatabase(), row))
                .get(0);
    }
}
