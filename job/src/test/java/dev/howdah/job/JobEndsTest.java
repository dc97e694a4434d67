package dev.howdah.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.howdah.core.HowdahException;
import dev.howdah.core.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How jobs end, who waits for it, and what can be done about those that are held. */
class JobEndsTest extends JobWorkerBase {

    @Test
    void aFutureResolvesForEveryEnd() throws Exception {
        List<Long> ids = jobs.sender()
                .sendAll(List.of(
                        NewJob.of("good"),
                        NewJob.of("bad"),
                        NewJob.of("dead"),
                        NewJob.of("nobody's"),
                        NewJob.of("nobody's").withExpiry(Duration.ofMillis(1)),
                        NewJob.of("retried")));
        List<CompletableFuture<JobEnd>> ends = ids.stream().map(jobs::end).toList();
        try (JobWorker worker = jobs.worker()
                .handle("good", job -> Outcome.done())
                .handle("bad", job -> {
                    throw new IllegalStateException("broken");
                })
                .handle("dead", job -> Outcome.deadLetter("no"))
                .handle("retried", job -> job.attempts() < 3 ? Outcome.retry(Duration.ZERO) : Outcome.done())
                .retry(RetryPolicy.never())
                .start()) {
            assertThat(jobs.cancel(List.of(ids.get(3)))).containsExactly(ids.get(3));
            await().until(() -> expire() == 1);
            assertThat(ends.get(0).get(20, TimeUnit.SECONDS))
                    .isEqualTo(new JobEnd(ids.get(0), JobStatus.SUCCESSFUL, null));
            JobEnd bad = ends.get(1).get(20, TimeUnit.SECONDS);
            assertThat(bad.status()).isEqualTo(JobStatus.EXCEPTION);
            assertThat(bad.traceback()).contains("broken");
            assertThat(ends.get(2).get(20, TimeUnit.SECONDS).status()).isEqualTo(JobStatus.FAILED);
            assertThat(ends.get(3).get(20, TimeUnit.SECONDS).status()).isEqualTo(JobStatus.CANCELED);
            assertThat(ends.get(4).get(20, TimeUnit.SECONDS).status()).isEqualTo(JobStatus.DELETED);
            assertThat(ends.get(5).get(20, TimeUnit.SECONDS).status()).isEqualTo(JobStatus.SUCCESSFUL);
            assertThat(jobs.end(ids.get(0)).get(20, TimeUnit.SECONDS).status()).isEqualTo(JobStatus.SUCCESSFUL);
        }
        assertThat(log(ids.get(4))).isEqualTo("queued deleted");
    }

    private int expire() {
        return new HouseDuty("expiry", database(), HouseSql.EXPIRE, HouseSql.PORTION, Duration.ZERO).doWork();
    }

    @Test
    void manyAreWaitedForTogether() throws Exception {
        List<Long> ids = jobs.sender()
                .sendAll(IntStream.range(0, 2_000).mapToObj(i -> NewJob.of("a")).toList());
        CompletableFuture<Void> all =
                CompletableFuture.allOf(ids.stream().map(jobs::end).toArray(CompletableFuture<?>[]::new));
        try (JobWorker worker = start("a", job -> Outcome.done())) {
            all.get(30, TimeUnit.SECONDS);
        }
    }

    @Test
    void pollingSufficesWhereNoNotificationArrives() throws Exception {
        long id = jobs.sender().send(NewJob.of("a"));
        CompletableFuture<JobEnd> end = jobs.end(id);
        database.run("alter table pgqueuer disable trigger user");
        database.run("delete from pgqueuer");
        database.run("insert into pgqueuer_log (job_id, status, priority, entrypoint) values (%d, 'successful', 0, 'a')"
                .formatted(id));
        assertThat(end.get(20, TimeUnit.SECONDS).status()).isEqualTo(JobStatus.SUCCESSFUL);
    }

    @Test
    void nobodyWaitsForEverWhenItIsClosed() {
        CompletableFuture<JobEnd> end = jobs.end(jobs.sender().send(NewJob.of("a")));
        jobs.close();
        assertThat(end).isCompletedExceptionally();
        assertThatThrownBy(() -> jobs.end(1)).hasMessage("closed");
    }

    @Test
    void cancelReachesTheHandlerAtWork() throws InterruptedException {
        CountDownLatch began = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        long id = jobs.sender().send(NewJob.of("a"));
        long held = Long.parseLong(database.value(
                "insert into pgqueuer (priority, entrypoint, status) values (0, 'b', 'failed') returning id"));
        try (JobWorker worker = start("a", job -> {
            began.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                interrupted.countDown();
                throw e;
            }
            return Outcome.done();
        })) {
            began.await();
            assertThat(jobs.cancel(List.of(id, held, 4711L))).containsExactly(id);
            assertThat(interrupted.await(5, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(log(id)).isEqualTo("queued picked canceled");
        assertThat(database.column("select id from pgqueuer")).containsExactly("" + held);
    }

    @Test
    void heldJobsAreListedRequeuedAndDeleted() {
        List<Long> ids = jobs.sender()
                .sendAll(List.of(
                        NewJob.of("a").withPayload("1").withDedupeKey("k"),
                        NewJob.of("a").withPayload("2"),
                        NewJob.of("a").withPayload("3")));
        boolean[] good = {false};
        try (JobWorker worker = jobs.worker()
                .handle("a", job -> good[0] ? Outcome.done() : Outcome.deadLetter("not yet"))
                .poll(NEVER)
                .start()) {
            await().until(() -> jobs.failed().list(10).size() == 3);
            assertThat(jobs.failed().list(2)).hasSize(2).allSatisfy(info -> {
                assertThat(info.status()).isEqualTo(JobStatus.FAILED);
                assertThat(info.lastError()).isEqualTo("not yet");
            });
            good[0] = true;
            assertThat(jobs.failed().requeue(List.of(ids.get(1), 4711L))).containsExactly(ids.get(1));
            awaitLog(ids.get(1), "queued", "picked", "failed", "queued", "picked", "successful");
        }
        assertThat(jobs.failed().delete(List.of(ids.get(2)))).containsExactly(ids.get(2));
        assertThat(log(ids.get(2))).isEqualTo("queued picked failed deleted");
        jobs.sender().send(NewJob.of("a").withDedupeKey("k"));
        assertThatThrownBy(() -> jobs.failed().requeue(List.of(ids.get(0))))
                .isInstanceOf(HowdahException.Duplicate.class);
    }

    @Test
    void theLogIsPrunedByAgeOnceItIsCounted() throws Exception {
        long gone = jobs.sender().send(NewJob.of("a"));
        long there = jobs.sender().send(NewJob.of("a"));
        jobs.cancel(List.of(gone));
        database.run("update pgqueuer_log set created = now() - interval '10 days'");
        long young = jobs.sender().send(NewJob.of("a"));
        assertThat(jobs.pruning(Duration.ofDays(7)).doWork()).isZero();
        assertThat(jobs.duties().get(0).doWork()).isEqualTo(4);
        assertThat(jobs.pruning(Duration.ofDays(7)).doWork()).isEqualTo(2);
        assertThat(database.column("select distinct job_id from pgqueuer_log order by 1"))
                .containsExactly("" + there, "" + young);
        assertThat(jobs.logged(Duration.ofDays(30))).contains(new JobCount("a", JobStatus.CANCELED, 1));
    }
}
