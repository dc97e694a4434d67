package dev.howdah.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.howdah.core.Outcome;
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
import org.junit.jupiter.api.Test;

/** What a worker does from its start to its end, among others, and when it loses touch. */
class JobWorkerLifeTest extends JobWorkerBase {

    @Test
    void wakesUpForNewJobsForDueOnesAndForThoseThatOthersPutBack() throws InterruptedException {
        try (JobWorker worker = start("a", job -> Outcome.done())) {
            worker.awaitNothingDue();
            long sent = elsewhere.sender().send(NewJob.of("a"));
            awaitLog(sent, "queued", "picked", "successful");

            long delayed = elsewhere.sender().send(NewJob.of("a").withDelay(Duration.ofMillis(300)));
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
            long inTheGap = elsewhere.sender().send(NewJob.of("a"));
            awaitLog(inTheGap, "queued", "picked", "successful");
            await().until(() -> !listeners().isEmpty() && !listeners().equals(before));
            long after = elsewhere.sender().send(NewJob.of("a"));
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

    /** Each look takes over no more than handlers are free, and two looks that find fewer are five seconds apart. */
    @Test
    void takesOverAllThatASilentWorkerHadWithoutAPause() {
        database.run("""
                insert into pgqueuer (priority, entrypoint, status, queue_manager_id, updated, heartbeat)
                select 0, 'a', 'picked', gen_random_uuid(), now() - interval '1 min', now() - interval '31 s'
                  from generate_series(1, 500)""");
        try (JobWorker worker = start("a", job -> Outcome.done())) {
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> database.value("select count(*) from pgqueuer"), "0"::equals);
        }
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
            await().until(() -> database.value("""
                                    select coalesce(bool_or(heartbeat - updated > interval '3 s'), false)
                                      from pgqueuer
                                     where status = 'picked'"""), "t"::equals);
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
    void aWorkerThatIsBusyHoldsNothingThatOthersCouldWork() throws InterruptedException {
        CountDownLatch began = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        jobs.sender().send(NewJob.of("a").withPayload("slow"));
        JobHandler handler = job -> {
            if (job.text().equals("slow")) {
                began.countDown();
                go.await();
            }
            return Outcome.done();
        };
        try (JobWorker busy = jobs.worker().handle("a", handler).concurrency(1).start()) {
            began.await();
            jobs.sender()
                    .sendAll(
                            IntStream.range(0, 50).mapToObj(i -> NewJob.of("a")).toList());
            try (JobWorker free = start("a", handler)) {
                await().until(() ->
                        database.value("select count(*) from pgqueuer").equals("1"));
            }
            go.countDown();
        }
        assertThat(database.value("select count(*) from pgqueuer_log where status = 'picked'"))
                .isEqualTo("51");
    }

    @Test
    void putsBackWhatItClaimedAheadWhenItIsClosed() throws InterruptedException {
        CountDownLatch reached = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        AtomicInteger handled = new AtomicInteger();
        jobs.sender()
                .sendAll(IntStream.range(0, 5_000).mapToObj(i -> NewJob.of("a")).toList());
        JobWorker worker = jobs.worker()
                .handle("a", job -> {
                    // by now quick enough for a long line behind it
                    if (handled.incrementAndGet() > 2_000) {
                        reached.countDown();
                        go.await();
                    }
                    return Outcome.done();
                })
                .concurrency(1)
                .start();
        reached.await();
        await().until(() ->
                Integer.parseInt(database.value("select count(*) from pgqueuer where status = 'picked'")) > 1);
        Thread closing = new Thread(worker::close);
        closing.start();
        await().until(() -> database.value("select count(*) from pgqueuer where status = 'picked'")
                .equals("1"));
        go.countDown();
        closing.join();
        assertThat(database.value(
                        "select format('%s %s', count(*), sum(attempts)) from pgqueuer where status = 'queued'"))
                .isEqualTo("2999 0");
        assertThat(handled).hasValue(2_001);
    }

    @Test
    void claimsNoMoreBytesAheadThanMemoryBears() {
        database.run("""
                insert into pgqueuer (priority, entrypoint, status, payload)
                select 0, 'a', 'queued', convert_to(repeat('x', 1024 * 1024), 'UTF8') from generate_series(1, 300)""");
        try (JobWorker worker = start("a", job -> Outcome.done())) {
            await().until(() -> database.value("select count(*) from pgqueuer").equals("0"));
        }
        assertThat(Integer.parseInt(database.value("""
                        select max(claimed)
                          from (select count(*) as claimed from pgqueuer_log where status = 'picked' group by created)"""))).isBetween(11, 10 + 32);
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
                database.cutConnections();
            }
            return Outcome.done();
        })) {
            await().atMost(Duration.ofSeconds(60)).until(() -> "0".equals(quietly("select count(*) from pgqueuer")));
        }
        assertThat(calls.keySet()).containsExactlyInAnyOrderElementsOf(ids);
    }

    private JobWorker impatient(JobHandler handler) {
        return jobs.worker()
                .handle("a", handler)
                .heartbeatTimeout(Duration.ofSeconds(1))
                .poll(Duration.ofMillis(100))
                .start();
    }

    private String listeners() {
        return String.join(" ", database.column("""
                select pid from pg_stat_activity
                 where datname = current_database() and query ilike 'listen "ch_pgqueuer"' and pid <> pg_backend_pid()"""));
    }

    private String quietly(String sql) {
        try {
            return database.value(sql);
        } catch (RuntimeException cut) {
            return "";
        }
    }
}
