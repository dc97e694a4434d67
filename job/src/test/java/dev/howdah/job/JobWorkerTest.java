package dev.howdah.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.howdah.core.Backoff;
import dev.howdah.core.Outcome;
import dev.howdah.core.Wakeups;
import dev.howdah.testkit.TestDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class JobWorkerTest {

    private static final Duration NEVER = Duration.ofHours(1);
    private static final RetryPolicy AT_ONCE =
            new RetryPolicy(2, new Backoff(Duration.ofMillis(1), Duration.ofMillis(2)));

    @AutoClose
    static final TestDatabase database = TestDatabase.installed();

    private final Wakeups wakeups = Wakeups.over(database.dataSource());
    private final Jobs jobs = Jobs.over(database.dataSource(), wakeups);

    @BeforeEach
    void empty() {
        database.run("truncate pgqueuer, pgqueuer_log, pgqueuer_statistics");
    }

    @AfterEach
    void closeWakeups() {
        wakeups.close();
    }

    @Test
    void worksAJobAndLogsItsWay() {
        List<Job> handled = Collections.synchronizedList(new ArrayList<>());
        long id = jobs.sender()
                .send(NewJob.of("fetch")
                        .withPayload("hello")
                        .withPriority(3)
                        .withDedupeKey("k")
                        .withHeaders("{\"a\": 1}"));
        try (JobWorker worker = start("fetch", job -> {
            handled.add(job);
            return Outcome.done();
        })) {
            awaitLog(id, "queued", "picked", "successful");
        }
        assertThat(handled).singleElement().satisfies(job -> {
            assertThat(job.id()).isEqualTo(id);
            assertThat(job.entrypoint()).isEqualTo("fetch");
            assertThat(job.text()).isEqualTo("hello");
            assertThat(job.priority()).isEqualTo(3);
            assertThat(job.attempts()).isZero();
            assertThat(job.dedupeKey()).isEqualTo("k");
            assertThat(job.headers()).isEqualTo("{\"a\": 1}");
        });
        assertThat(database.value("select count(*) from pgqueuer")).isEqualTo("0");
    }

    @Test
    void takesHigherPrioritiesFirstThenTheOlder() {
        List<Long> ids = jobs.sender()
                .sendAll(List.of(
                        NewJob.of("a"),
                        NewJob.of("a").withPriority(9),
                        NewJob.of("a"),
                        NewJob.of("a").withPriority(9)));
        List<Long> order = Collections.synchronizedList(new ArrayList<>());
        try (JobWorker worker = jobs.worker()
                .handle("a", job -> {
                    order.add(job.id());
                    return Outcome.done();
                })
                .concurrency(1)
                .start()) {
            await().until(() -> order.size() == 4);
        }
        assertThat(order).containsExactly(ids.get(1), ids.get(3), ids.get(0), ids.get(2));
    }

    @Test
    void leavesOtherEntrypointsAlone() throws InterruptedException {
        jobs.sender().send(NewJob.of("other"));
        try (JobWorker worker = start("mine", job -> Outcome.done())) {
            worker.awaitNothingDue();
        }
        assertThat(database.value("select status from pgqueuer")).isEqualTo("queued");
    }

    @Test
    void retriesWhatThrowsAndEndsItWhenTheRetriesAreExhausted() {
        List<Integer> attempts = Collections.synchronizedList(new ArrayList<>());
        long id = jobs.sender().send(NewJob.of("a"));
        try (JobWorker worker = jobs.worker()
                .handle("a", job -> {
                    attempts.add(job.attempts());
                    throw new IllegalStateException("broken \0 " + job.attempts());
                })
                .retry(AT_ONCE)
                .poll(NEVER)
                .start()) {
            awaitLog(id, "queued", "picked", "queued", "picked", "queued", "picked", "exception");
        }
        assertThat(attempts).containsExactly(0, 1, 2);
        assertThat(database.value("select count(*) from pgqueuer")).isEqualTo("0");
        assertThat(database.column("""
                select format('%s|%s|%s', traceback ->> 'exception_type', traceback ->> 'exception_message',
                              traceback -> 'additional_context' ->> 'attempt')
                  from pgqueuer_log where traceback is not null order by id"""))
                .containsExactly(
                        "java.lang.IllegalStateException|broken \ufffd 0|1",
                        "java.lang.IllegalStateException|broken \ufffd 1|2",
                        "java.lang.IllegalStateException|broken \ufffd 2|3");
        assertThat(database.value("select traceback ->> 'traceback' from pgqueuer_log where status = 'exception'"))
                .contains("JobWorkerTest");
    }

    @Test
    void holdsWhatFailedIfToldTo() {
        long id = jobs.sender().send(NewJob.of("a").withPayload("keep me"));
        try (JobWorker worker = jobs.worker()
                .handle("a", job -> {
                    throw new AssertionError("no");
                })
                .retry(RetryPolicy.never())
                .onFailure(JobWorker.OnFailure.HOLD)
                .start()) {
            awaitLog(id, "queued", "picked", "failed");
        }
        assertThat(database.value("""
                select format('%s %s %s', status, queue_manager_id is null, convert_from(payload, 'utf8'))
                  from pgqueuer""")).isEqualTo("failed t keep me");
    }

    @Test
    void doesAsTheOutcomeSays() {
        List<Long> ids = jobs.sender()
                .sendAll(List.of(NewJob.of("retry"), NewJob.of("dead").withDedupeKey("k")));
        try (JobWorker worker = jobs.worker()
                .handle("retry", job -> job.attempts() < 7 ? Outcome.retry(Duration.ZERO) : Outcome.done())
                .handle("dead", job -> Outcome.deadLetter("not mine"))
                .retry(RetryPolicy.never())
                .poll(NEVER)
                .start()) {
            await().until(() -> log(ids.get(0)).endsWith("successful"));
            awaitLog(ids.get(1), "queued", "picked", "failed");
        }
        assertThat(database.value(
                        "select count(*) from pgqueuer_log where status = 'picked' and job_id = " + ids.get(0)))
                .isEqualTo("8");
        assertThat(database.value("select traceback ->> 'exception_message' from pgqueuer_log where status = 'failed'"))
                .isEqualTo("not mine");
        jobs.sender().send(NewJob.of("dead").withDedupeKey("k"));
    }

    @Test
    void wakesUpForNewJobsForDueOnesAndForThoseThatOthersPutBack() throws InterruptedException {
        try (JobWorker worker = start("a", job -> Outcome.done())) {
            worker.awaitNothingDue();
            long sent = jobs.sender().send(NewJob.of("a"));
            awaitLog(sent, "queued", "picked", "successful");

            long delayed = jobs.sender().send(NewJob.of("a").withDelay(Duration.ofMillis(300)));
            awaitLog(delayed, "queued", "picked", "successful");

            long held = Long.parseLong(database.value("""
                    insert into pgqueuer (priority, entrypoint, status) values (0, 'a', 'failed') returning id"""));
            database.run("update pgqueuer set status = 'queued' where id = " + held);
            awaitLog(held, "picked", "successful");
        }
    }

    @Test
    void losesNothingWhenItsListeningConnectionDies() throws InterruptedException {
        try (JobWorker worker = start("a", job -> Outcome.done())) {
            worker.awaitNothingDue();
            await().until(() -> !listeners().isEmpty());
            String before = listeners();
            database.run("select pg_terminate_backend(pid) from pg_stat_activity where pid = " + before);
            long inTheGap = jobs.sender().send(NewJob.of("a"));
            awaitLog(inTheGap, "queued", "picked", "successful");
            await().until(() -> !listeners().isEmpty() && !listeners().equals(before));
            long after = jobs.sender().send(NewJob.of("a"));
            awaitLog(after, "queued", "picked", "successful");
        }
    }

    @Test
    void takesOverWhatASilentWorkerHad() {
        database.run("""
                insert into pgqueuer (priority, entrypoint, status, queue_manager_id, updated, heartbeat)
                values (0, 'a', 'picked', gen_random_uuid(), now() - interval '1 min', now() - interval '31 s'),
                       (0, 'a', 'picked', gen_random_uuid(), now() - interval '1 min', now() - interval '20 s')""");
        List<Long> handled = Collections.synchronizedList(new ArrayList<>());
        String silent = database.value("select min(id) from pgqueuer");
        try (JobWorker worker = start("a", job -> {
            handled.add(job.id());
            return Outcome.done();
        })) {
            awaitLog(Long.parseLong(silent), "picked", "successful");
        }
        assertThat(handled).containsExactly(Long.valueOf(silent));
        assertThat(database.value("select count(*) from pgqueuer where status = 'picked'"))
                .isEqualTo("1");
    }

    @Test
    void givesSignsOfLifeSoThatNobodyTakesOver() {
        CountDownLatch go = new CountDownLatch(1);
        AtomicInteger calls = new AtomicInteger();
        JobHandler slow = job -> {
            calls.incrementAndGet();
            go.await();
            return Outcome.done();
        };
        long id = jobs.sender().send(NewJob.of("a"));
        try (JobWorker first = impatient(slow);
                JobWorker second = impatient(slow)) {
            await().until(() -> Boolean.parseBoolean(database.value(
                            "select (heartbeat - updated > interval '3 s')::text from pgqueuer where status = 'picked'")
                    .replace("null", "false")));
            go.countDown();
            awaitLog(id, "queued", "picked", "successful");
        }
        assertThat(calls).hasValue(1);
    }

    @Test
    void neverTouchesAJobThatAnotherHasTakenOver() {
        CountDownLatch interrupted = new CountDownLatch(1);
        long id = jobs.sender().send(NewJob.of("a"));
        try (JobWorker worker = impatient(job -> {
            database.run("update pgqueuer set queue_manager_id = '00000000-0000-0000-0000-000000000001'");
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                interrupted.countDown();
            }
            return Outcome.done();
        })) {
            await().until(() -> interrupted.getCount() == 0);
        }
        assertThat(database.value("select format('%s %s', status, queue_manager_id) from pgqueuer where id = " + id))
                .isEqualTo("picked 00000000-0000-0000-0000-000000000001");
        assertThat(log(id)).isEqualTo("queued picked");
    }

    @Test
    void letsJobsEndWhenItIsClosed() throws InterruptedException {
        CountDownLatch began = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        long id = jobs.sender().send(NewJob.of("a"));
        JobWorker worker = start("a", job -> {
            began.countDown();
            go.await();
            return Outcome.done();
        });
        began.await();
        Thread closing = new Thread(worker::close);
        closing.start();
        // it claims no more from there on
        await().until(() -> Arrays.stream(closing.getStackTrace())
                .anyMatch(frame -> frame.getMethodName().equals("awaitEmpty")));
        long later = jobs.sender().send(NewJob.of("a"));
        go.countDown();
        closing.join();
        assertThat(log(id)).isEqualTo("queued picked successful");
        assertThat(log(later)).isEqualTo("queued");
    }

    @Test
    void putsBackUncountedWhatDoesNotEndInTime() throws InterruptedException {
        CountDownLatch began = new CountDownLatch(1);
        long id = jobs.sender().send(NewJob.of("a"));
        JobWorker worker = jobs.worker()
                .handle("a", job -> {
                    began.countDown();
                    new CountDownLatch(1).await();
                    return Outcome.done();
                })
                .drainTimeout(Duration.ofMillis(50))
                .start();
        began.await();
        worker.close();
        assertThat(log(id)).isEqualTo("queued picked queued");
        assertThat(database.value(
                        "select format('%s %s %s', status, attempts, queue_manager_id is null) from pgqueuer"))
                .isEqualTo("queued 0 t");
    }

    @Test
    void severalWorkersShareTheJobsWithoutDoingOneTwice() throws InterruptedException {
        Map<Long, AtomicInteger> calls = new ConcurrentHashMap<>();
        jobs.sender()
                .sendAll(IntStream.range(0, 2_000)
                        .mapToObj(i -> NewJob.of("a" + i % 3).withPriority(i % 5))
                        .toList());
        List<JobWorker> workers = IntStream.range(0, 4)
                .mapToObj(i -> {
                    JobHandler count = job -> {
                        calls.computeIfAbsent(job.id(), id -> new AtomicInteger())
                                .incrementAndGet();
                        return Outcome.done();
                    };
                    return jobs.worker()
                            .handle("a0", count)
                            .handle("a1", count)
                            .handle("a2", count)
                            .start();
                })
                .toList();
        for (JobWorker worker : workers) {
            worker.awaitNothingDue();
        }
        workers.forEach(JobWorker::close);
        assertThat(calls)
                .hasSize(2_000)
                .allSatisfy((id, count) -> assertThat(count).hasValue(1));
        assertThat(database.value("select string_agg(status || ' ' || n, ', ' order by status) from "
                        + "(select status, count(*) as n from pgqueuer_log group by 1) as counts"))
                .isEqualTo("queued 2000, picked 2000, successful 2000");
    }

    @Test
    void goesOnAfterItsConnectionsWereCut() {
        Map<Long, AtomicInteger> calls = new ConcurrentHashMap<>();
        List<Long> ids = jobs.sender()
                .sendAll(IntStream.range(0, 300).mapToObj(i -> NewJob.of("a")).toList());
        try (JobWorker worker = start("a", job -> {
            if (calls.computeIfAbsent(job.id(), id -> new AtomicInteger()).incrementAndGet() == 1
                    && job.id() % 50 == 0) {
                database.run("select pg_terminate_backend(pid) from pg_stat_activity "
                        + "where datname = current_database() and pid <> pg_backend_pid()");
            }
            return Outcome.done();
        })) {
            await().atMost(Duration.ofSeconds(60)).until(() -> "0".equals(quietly("select count(*) from pgqueuer")));
        }
        assertThat(calls.keySet()).containsExactlyInAnyOrderElementsOf(ids);
    }

    @Test
    void rollsUpTheLogOnce() throws Exception {
        jobs.sender().sendAll(List.of(NewJob.of("a"), NewJob.of("a"), NewJob.of("b")));
        assertThat(jobs.duties().get(0).doWork()).isEqualTo(3);
        assertThat(jobs.duties().get(0).doWork()).isZero();
        jobs.sender().send(NewJob.of("b"));
        database.run("update pgqueuer_log set created = (select min(created) from pgqueuer_log)");
        assertThat(jobs.duties().get(0).doWork()).isEqualTo(1);
        assertThat(database.column(
                        "select format('%s %s %s', entrypoint, status, count) from pgqueuer_statistics order by 1"))
                .containsExactly("a queued 2", "b queued 2");
    }

    @Test
    void refusesSettingsThatMakeNoSense() {
        assertThatThrownBy(() -> jobs.worker().start()).hasMessageContaining("at least one entrypoint");
        assertThatThrownBy(() -> jobs.worker().concurrency(0)).hasMessage("concurrency must be 1 or more, got 0");
        assertThatThrownBy(() -> jobs.worker().poll(Duration.ZERO)).hasMessage("poll must be more than zero, got PT0S");
        assertThatThrownBy(() -> jobs.worker().handle("a", j -> Outcome.done()).handle("a", j -> Outcome.done()))
                .hasMessage("entrypoint a has a handler already");
    }

    private JobWorker start(String entrypoint, JobHandler handler) {
        return jobs.worker().handle(entrypoint, handler).poll(NEVER).start();
    }

    private JobWorker impatient(JobHandler handler) {
        return jobs.worker()
                .handle("a", handler)
                .heartbeatTimeout(Duration.ofSeconds(1))
                .poll(Duration.ofMillis(100))
                .start();
    }

    private static void awaitLog(long id, String... statuses) {
        String expected = String.join(" ", statuses);
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(log(id)).isEqualTo(expected));
    }

    private static String log(long id) {
        return database.value(
                "select string_agg(status::text, ' ' order by id) from pgqueuer_log where job_id = " + id);
    }

    private static String listeners() {
        return String.join(" ", database.column("""
                select pid from pg_stat_activity
                 where datname = current_database() and query ilike 'listen "ch_pgqueuer"' and pid <> pg_backend_pid()"""));
    }

    private static String quietly(String sql) {
        try {
            return database.value(sql);
        } catch (RuntimeException cut) {
            return "";
        }
    }
}
