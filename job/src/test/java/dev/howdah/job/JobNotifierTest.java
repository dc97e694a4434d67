package dev.howdah.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.howdah.core.Outcome;
import dev.howdah.core.Transactions;
import dev.howdah.embedded.EmbeddedPostgres;
import dev.howdah.install.Installer;
import dev.howdah.testkit.TestSession;
import dev.howdah.testkit.TestSql;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.postgresql.PGNotification;

/** Who tells of new jobs: who sends them, or the notifier while it is awake. Nobody else does its rounds here. */
class JobNotifierTest extends JobWorkerBase {

    private static final String ENQUEUE = "select fn_pgqueuer_enqueue('a')";
    private static final Duration ASLEEP = Duration.ofMillis(250);
    private static final int ROUNDS = 200;
    private static final String SENT_AT = "\"sent_at\" : \"[^\"]*\"";

    @AutoClose
    private final ToldListener listener = new ToldListener(database);

    @AutoClose
    private final TestSession session = new TestSession(database);

    @AutoClose
    private final CuttableDataSource kept = new CuttableDataSource(database.dataSource(), true);

    private final JobNotifier notifier = notifier();

    @BeforeEach
    void beginAsleep() {
        notifier.doWork();
        assertThat(listener.told())
                .as("of what one before it, that died, may have owed")
                .containsExactly("insert");
        assertThat(notifier.idle()).isEqualTo(ASLEEP);
    }

    @AfterEach
    void release() {
        notifier.release();
    }

    static Stream<Arguments> sends() {
        return Stream.of(
                Arguments.of("one", (Consumer<Jobs>) jobs -> jobs.sender().send(NewJob.of("a"))),
                Arguments.of("many", (Consumer<Jobs>)
                        jobs -> jobs.sender().sendAll(List.of(NewJob.of("a"), NewJob.of("b")))),
                Arguments.of("absent", (Consumer<Jobs>) jobs -> jobs.sender().sendIfAbsent(NewJob.of("a"))),
                Arguments.of("by COPY", (Consumer<Jobs>)
                        jobs -> jobs.sender().load(List.of(NewJob.of("a")).iterator())));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("sends")
    void senderTellsWhileTheNotifierSleeps(String what, Consumer<Jobs> send) {
        send.accept(jobs);
        assertThat(listener.told()).containsExactly("insert");
        notifier.doWork();
        assertThat(listener.told()).isEmpty();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("sends")
    void notifierTellsWhileItIsAwake(String what, Consumer<Jobs> send) {
        notifier.wake();
        send.accept(jobs);
        assertThat(listener.told()).isEmpty();
        notifier.doWork();
        assertThat(listener.told()).containsExactly("insert");
    }

    @Test
    void saysTheSameAsASenderDoes() {
        session.run(ENQUEUE);
        List<PGNotification> senders = listener.heard();
        JobDatabase inSchema =
                new JobDatabase(Transactions.over(kept), JobNames.standard().inSchema("public"));
        new JobNotifier(inSchema, database.dataSource()).doWork();
        assertThat(listener.heard().get(0).getParameter().replaceFirst(SENT_AT, ""))
                .isEqualTo(senders.get(0).getParameter().replaceFirst(SENT_AT, ""))
                .doesNotContain("sent_at");
    }

    @Test
    void whoInsertsMayHaveAnySearchPath() {
        String insert = "insert into public.pgqueuer (priority, entrypoint, status) values (0, 'a', 'queued')";
        session.run("set search_path = ''");
        session.run(insert);
        assertThat(listener.told()).containsExactly("insert");
        notifier.wake();
        session.run(insert);
        assertThat(listener.told()).isEmpty();
    }

    @Test
    void whatPutsJobsBackOrTakesThemAwayTellsEvenWhileTheNotifierIsAwake() {
        session.run(ENQUEUE);
        listener.told();
        notifier.wake();
        session.run("update pgqueuer set status = 'failed'");
        session.run("update pgqueuer set status = 'queued'");
        session.run("delete from pgqueuer");
        assertThat(listener.told()).containsExactly("update", "update", "delete");
    }

    @Test
    void goesOnTellingUntilWhoReliedOnItHasCommitted() {
        notifier.wake();
        session.run("begin").run(ENQUEUE);
        notifier.sleep();

        jobs.sender().send(NewJob.of("later"));
        assertThat(listener.told()).as("who comes later tells").containsExactly("insert");
        notifier.doWork();
        assertThat(listener.told()).containsExactly("insert");
        assertThat(notifier.idle()).isLessThan(ASLEEP);

        session.run("commit");
        notifier.doWork();
        assertThat(listener.told()).as("it is committed now").containsExactly("insert");
        assertThat(notifier.idle()).isEqualTo(ASLEEP);
        notifier.doWork();
        assertThat(listener.told()).isEmpty();
    }

    @Test
    void goesOnTellingUntilAPreparedTransactionIsCommitted() {
        notifier.wake();
        session.run("begin").run(ENQUEUE).run("prepare transaction 'notifier'");
        notifier.sleep();
        notifier.doWork();
        assertThat(listener.told()).containsExactly("insert");
        session.run("commit prepared 'notifier'");
        notifier.doWork();
        assertThat(listener.told()).containsExactly("insert");
        assertThat(notifier.idle()).isEqualTo(ASLEEP);
    }

    @Test
    void aSenderWhoseSavepointIsUndoneTellsOfWhatItSendsAfterwards() {
        notifier.wake();
        session.run("begin").run("savepoint s").run(ENQUEUE).run("rollback to s");
        notifier.sleep();
        notifier.doWork();
        assertThat(notifier.idle()).isEqualTo(ASLEEP);
        listener.told();
        session.run(ENQUEUE).run("commit");
        assertThat(listener.told()).containsExactly("insert");
    }

    @Test
    void endsOnlyWhenItHasToldOfWhatWasLeftToIt() throws Exception {
        notifier.wake();
        session.run("begin").run(ENQUEUE);
        Thread release = new Thread(notifier::release);
        release.start();
        await().until(() -> listener.told().contains("insert"));
        session.run("notify mark, 'commits'").run("commit");
        release.join(10_000);
        assertThat(release.isAlive()).isFalse();
        assertThat(listener.toldAfter("commits")).contains("insert");
    }

    @Test
    void sendersTellAgainWhenItsConnectionIsLost() {
        notifier.wake();
        String holder = "select pid from pg_locks where locktype = 'advisory' and classid = 1752131961";
        database.run("select pg_terminate_backend(pid) from (" + holder + ") as notifier");
        await().until(() -> database.column(holder).isEmpty());

        jobs.sender().send(NewJob.of("a"));
        assertThat(listener.told()).containsExactly("insert");
        for (int i = 0; i < ROUNDS; i++) {
            notifier.doWork();
        }
        assertThat(notifier.isAwake()).isFalse();
    }

    @Test
    void staysAwakeWhileThereAreSendersAndSleepsWhenThereAreNone() {
        notifier.wake();
        session.run("begin").run(ENQUEUE);
        for (int i = 0; i < ROUNDS; i++) {
            notifier.doWork();
        }
        assertThat(notifier.isAwake()).isTrue();
        session.run("commit");
        for (int i = 0; i < ROUNDS; i++) {
            notifier.doWork();
        }
        assertThat(notifier.isAwake()).isFalse();
    }

    @Test
    void onlyOneIsAwake() {
        JobNotifier other = notifier();
        notifier.wake();
        other.wake();
        assertThat(other.isAwake()).isFalse();
        notifier.sleep();
        other.wake();
        assertThat(other.isAwake()).isTrue();
        other.sleep();
        assertThat(other.isAwake()).isFalse();
    }

    @Test
    void workersAreWokenByIt() throws Exception {
        CountDownLatch handled = new CountDownLatch(1);
        try (JobWorker worker = start("a", job -> {
            handled.countDown();
            return Outcome.done();
        })) {
            worker.awaitNothingDue();
            notifier.wake();
            elsewhere.sender().send(NewJob.of("a"));
            notifier.doWork();
            assertThat(handled.await(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    /** A sender's commit waits for a standby that there is not, and keeps the lock of all notifications meanwhile. */
    @Test
    void wakesWhereSendersWaitInLine() throws Exception {
        try (EmbeddedPostgres postgres = EmbeddedPostgres.builder()
                .setting("synchronous_standby_names", "nobody")
                .start()) {
            TestSql sql = new TestSql(postgres.address().dataSource());
            Installer.forWingsOnClassPath().install(sql.dataSource());
            JobDatabase jobDatabase = new JobDatabase(Transactions.over(sql.dataSource()), JobNames.standard());
            JobNotifier lookout = new JobNotifier(jobDatabase, sql.dataSource());
            lookout.doWork();
            lookout.doWork();
            assertThat(lookout.isAwake()).isFalse();

            Thread first = new Thread(() -> sql.run("set synchronous_commit = on; " + ENQUEUE), "first");
            Thread second = new Thread(() -> sql.run(ENQUEUE), "second");
            Thread third = new Thread(() -> sql.run(ENQUEUE), "third");
            first.start();
            awaitWaiting(sql, "SyncRep", 1);
            second.start();
            awaitWaiting(sql, "object", 1);
            lookout.doWork();
            assertThat(lookout.isAwake()).as("one waits for another").isFalse();
            third.start();
            awaitWaiting(sql, "object", 2);
            lookout.doWork();
            assertThat(lookout.isAwake()).isTrue();
            sql.run(ENQUEUE); // does not wait

            sql.run("select pg_cancel_backend(pid) from pg_stat_activity where wait_event = 'SyncRep'");
            first.join();
            second.join();
            third.join();
            assertThat(sql.value("select count(*) from pgqueuer")).isEqualTo("4");
            lookout.release();
        }
    }

    private static void awaitWaiting(TestSql sql, String event, int sessions) {
        await().until(() -> sql.value("select count(*) from pg_stat_activity where wait_event = '" + event + "'")
                .equals("" + sessions));
    }

    private JobNotifier notifier() {
        return new JobNotifier(new JobDatabase(Transactions.over(kept), JobNames.standard()), database.dataSource());
    }
}
