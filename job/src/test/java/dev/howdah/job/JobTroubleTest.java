package dev.howdah.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.howdah.core.HowdahException;
import dev.howdah.core.Outcome;
import dev.howdah.core.Transactions;
import dev.howdah.core.Wakeups;
import dev.howdah.job.CuttableDataSource.Cut;
import dev.howdah.testkit.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One worker alone, on whom everything breaks: it loses no job, and no job is at work twice at a time. */
class JobTroubleTest {

    private static final Duration NEVER = Duration.ofHours(1);

    @AutoClose
    static final TestDatabase database = TestDatabase.installed();

    private final Wakeups wakeups = Wakeups.over(database.dataSource());
    private final CuttableDataSource dataSource = new CuttableDataSource(database.dataSource(), false);
    private final Jobs jobs = Jobs.over(dataSource, dataSource, wakeups);

    @BeforeEach
    void empty() {
        database.run("truncate pgqueuer, pgqueuer_log");
    }

    @AfterEach
    void closeWakeups() {
        wakeups.close();
    }

    @Test
    void getsBackAJobWhoseClaimWasWrittenThoughItsAnswerWasLost() {
        long id = jobs.sender().send(NewJob.of("a"));
        dataSource.cut(Cut.AFTER, WindowSql.CLAIM_LINE);
        try (JobWorker worker = start(job -> Outcome.done())) {
            awaitLog(id, "queued picked picked successful");
        }
    }

    @Test
    void worksAJobThatWasHandedOverThoughItsSenderNeverHeardThatItWasSent() throws InterruptedException {
        try (JobWorker worker = start(job -> Outcome.done())) {
            worker.awaitNothingDue();
            dataSource.cut(Cut.BEFORE, JobSql.SEND_PICKED);
            assertThatThrownBy(() -> jobs.sender().send(NewJob.of("a")))
                    .isInstanceOf(HowdahException.Unavailable.class);
            assertThat(database.value("select count(*) from pgqueuer_log")).isEqualTo("0");

            dataSource.cut(Cut.AFTER, JobSql.SEND_PICKED);
            assertThatThrownBy(() -> jobs.sender().send(NewJob.of("a")))
                    .isInstanceOf(HowdahException.Unavailable.class);
            long id = Long.parseLong(database.value("select id from pgqueuer"));
            awaitLog(id, "queued picked picked successful");
        }
    }

    @Test
    void beginsWhatItTookOverEvenIfTheClaimThatFollowsFails() {
        database.run("""
                insert into pgqueuer (id, priority, entrypoint, status, queue_manager_id, updated, heartbeat)
                values (-1, 0, 'a', 'picked', gen_random_uuid(), now() - interval '1 h', now() - interval '1 h')""");
        AtomicInteger calls = new AtomicInteger();
        dataSource.cut(Cut.BEFORE, WindowSql.CLAIM_LINE);
        try (JobWorker worker = start(job -> {
            calls.incrementAndGet();
            return Outcome.done();
        })) {
            awaitLog(-1, "picked successful");
        }
        assertThat(dataSource.hasCut()).isTrue();
        assertThat(calls).hasValue(1);
    }

    @Test
    void writesAnOutcomeOnceWhenTheAnswerToItWasLost() {
        AtomicInteger calls = new AtomicInteger();
        dataSource.cut(Cut.AFTER, JobSql.SETTLE);
        long id = jobs.sender().send(NewJob.of("a"));
        try (JobWorker worker =
                start(job -> calls.incrementAndGet() < 3 ? Outcome.retry(Duration.ZERO) : Outcome.done())) {
            awaitLog(id, "queued picked queued picked queued picked successful");
        }
        assertThat(calls).hasValue(3);
    }

    @Test
    void anExceptionThatCannotEvenBeToldEndsItsJob() {
        long id = jobs.sender().send(NewJob.of("a"));
        try (JobWorker worker = start(job -> {
            throw new IllegalStateException() {
                private static final long serialVersionUID = 1L;

                @Override
                public String getMessage() {
                    throw new IllegalStateException();
                }
            };
        })) {
            awaitLog(id, "queued picked exception");
        }
        assertThat(database.value(
                        "select traceback ->> 'exception_message' from pgqueuer_log where status = 'exception'"))
                .isEqualTo("(not to be had: java.lang.IllegalStateException)");
    }

    @Test
    void aDelayLongerThanPostgresKnowsIsAHundredYears() {
        long id = jobs.sender().send(NewJob.of("a"));
        try (JobWorker worker = start(job -> Outcome.retry(Duration.ofSeconds(Long.MAX_VALUE)))) {
            awaitLog(id, "queued picked queued");
        }
        assertThat(database.value("select execute_after > now() + interval '99 years' from pgqueuer"))
                .isEqualTo("t");
    }

    @Test
    void aJobThatCameBackWaitsForTheHandlerThatWouldNotEnd() {
        AtomicInteger atWork = new AtomicInteger();
        AtomicBoolean twice = new AtomicBoolean();
        AtomicInteger calls = new AtomicInteger();
        CountDownLatch go = new CountDownLatch(1);
        long id = jobs.sender().send(NewJob.of("a"));
        try (JobWorker worker = start(job -> {
            if (job.id() == id) {
                twice.compareAndSet(false, atWork.incrementAndGet() > 1);
                if (calls.incrementAndGet() == 1) {
                    awaitDeaf(go);
                }
                atWork.decrementAndGet();
            }
            return Outcome.done();
        })) {
            await().until(() -> calls.get() == 1);
            database.run("update pgqueuer set status = 'queued', queue_manager_id = null");
            long other = jobs.sender().send(NewJob.of("a"));
            awaitLog(other, "queued picked successful");
            assertThat(log(id)).isEqualTo("queued picked");
            go.countDown();
            awaitLog(id, "queued picked picked successful");
        }
        assertThat(twice).isFalse();
        assertThat(calls).hasValue(2);
    }

    @Test
    void doesNotBeginAJobThatIsNoLongerItsOwn() {
        AtomicReference<Settlement> end = new AtomicReference<>();
        jobs.sender().send(NewJob.of("a"));
        Job job = claim(1).get(0);
        JobHandler handler = j -> {
            throw new AssertionError("began");
        };
        JobExecution execution = new JobExecution(
                List.of(job),
                new Entrypoint(
                        "a", Entrypoint.oneByOne(handler), 1, null, RetryPolicy.never(), JobWorker.OnFailure.DELETE),
                new JobTimeouts(),
                (e, settlements) -> end.set(settlements.get(0)));
        assertThat(execution.interrupt(JobExecution.Reason.STOPPED)).isFalse();
        execution.run();
        assertThat(end.get()).isEqualTo(Settlement.released(job));
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void wakesUpForEachOfManyJobs() {
        Set<Long> handled = ConcurrentHashMap.newKeySet();
        Jobs elsewhere = Jobs.over(database.dataSource(), database.dataSource(), wakeups);
        try (JobWorker worker = start(job -> {
            handled.add(job.id());
            return Outcome.done();
        })) {
            for (int i = 0; i < 60; i++) {
                long id = (i % 2 == 0 ? jobs : elsewhere).sender().send(NewJob.of("a"));
                await().pollInterval(Duration.ofMillis(1)).until(() -> handled.contains(id));
            }
        }
    }

    @Test
    void keepsOutcomesThroughAnOutage() throws Exception {
        CountDownLatch began = new CountDownLatch(5);
        CountDownLatch go = new CountDownLatch(1);
        AtomicInteger calls = new AtomicInteger();
        List<Long> ids = jobs.sender()
                .sendAll(IntStream.range(0, 20).mapToObj(i -> NewJob.of("a")).toList());
        try (JobWorker worker = jobs.worker()
                .handle("a", job -> {
                    calls.incrementAndGet();
                    began.countDown();
                    go.await();
                    return Outcome.done();
                })
                .concurrency(5)
                .poll(NEVER)
                .start()) {
            began.await();
            String name = database.value("select current_database()");
            try (TestDatabase elsewhere = TestDatabase.empty()) {
                elsewhere.run("alter database " + name + " connection limit 0");
                elsewhere.run("select pg_terminate_backend(pid) from pg_stat_activity where datname = '" + name + "'");
                go.countDown();
                dataSource.refusals.set(0);
                await().until(() -> dataSource.refusals.get() > 5);
                elsewhere.run("alter database " + name + " connection limit -1");
            }
            ids.forEach(id -> awaitLog(id, "queued picked successful"));
        }
        assertThat(calls).hasValue(20);
    }

    @Test
    void doesNotStartHalfWhenItsWakeupsAreClosed() {
        wakeups.close();
        long id = jobs.sender().send(NewJob.of("a"));
        assertThatThrownBy(() -> start(job -> Outcome.done())).hasMessage("closed");
        assertThat(claim(1))
                .singleElement()
                .satisfies(job -> assertThat(job.id()).isEqualTo(id));
    }

    @Test
    void closingAtAnyMomentLeavesEachJobDoneOrInLine() {
        Map<Long, Integer> handled = new ConcurrentHashMap<>();
        for (int i = 0; i < 25; i++) {
            jobs.sender()
                    .sendAll(
                            IntStream.range(0, 40).mapToObj(n -> NewJob.of("a")).toList());
            AtomicInteger calls = new AtomicInteger();
            int enough = i;
            try (JobWorker worker = start(job -> {
                handled.merge(job.id(), 1, Integer::sum);
                calls.incrementAndGet();
                return Outcome.done();
            })) {
                await().pollInterval(Duration.ofMillis(1)).until(() -> calls.get() >= enough);
            }
            assertThat(database.column("select distinct status from pgqueuer")).isSubsetOf("queued");
        }
        assertThat(handled.values()).containsOnly(1);
        assertThat(database.value("select count(distinct job_id) from pgqueuer_log where status = 'successful'"))
                .isEqualTo("" + handled.size());
    }

    private JobWorker start(JobHandler handler) {
        return jobs.worker()
                .handle("a", handler)
                .retry(RetryPolicy.never())
                .heartbeatTimeout(Duration.ofSeconds(2))
                .poll(NEVER)
                .start();
    }

    private static List<Job> claim(int max) {
        List<String> entrypoints = List.of("a");
        JobFetcher fetcher = new JobFetcher(
                new JobDatabase(Transactions.over(database.dataSource()), JobNames.standard()),
                UUID.randomUUID(),
                entrypoints,
                Limits.none(),
                Duration.ofSeconds(30),
                false);
        LineFronts fronts = new LineFronts(entrypoints, Limits.none());
        return fetcher
                .claim(
                        max,
                        new JobFetcher.Look(fronts.ranges(), new Shares(entrypoints, Limits.none()), List.of()),
                        Set.of(),
                        start -> {})
                .jobs()
                .stream()
                .map(ClaimedJob::job)
                .toList();
    }

    /** As a handler waits that takes no interrupt for an answer. */
    private static void awaitDeaf(CountDownLatch latch) {
        while (latch.getCount() > 0) {
            try {
                latch.await();
            } catch (InterruptedException e) {
                // that is the point
            }
        }
    }

    private static void awaitLog(long id, String statuses) {
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(log(id)).isEqualTo(statuses));
    }

    private static String log(long id) {
        return database.value(
                "select string_agg(status::text, ' ' order by id) from pgqueuer_log where job_id = " + id);
    }
}
