package dev.howdah.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.howdah.core.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Limits, rates, timeouts and batches. */
class JobLimitsTest extends JobWorkerBase {

    private final AtomicInteger atWork = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();
    private final JobHandler counting = job -> {
        most.accumulateAndGet(atWork.incrementAndGet(), Math::max);
        Thread.yield();
        atWork.decrementAndGet();
        return Outcome.done();
    };

    @Test
    void neverMoreAtWorkInTheFleetThanTheLimit() throws InterruptedException {
        sendMany("a", 80);
        sendMany("free", 80);
        List<JobWorker> workers = IntStream.range(0, 4)
                .mapToObj(i -> jobs.worker()
                        .handle("a", counting, HandlerOptions.defaults().withLimit(2))
                        .handle("free", job -> Outcome.done())
                        .start())
                .toList();
        await().atMost(Duration.ofSeconds(60))
                .until(() -> database.value("select count(*) from pgqueuer").equals("0"));
        workers.forEach(JobWorker::close);
        assertThat(most.get()).isBetween(1, 2);
        assertThat(pickedAtOnce("a")).isLessThanOrEqualTo(2);
        assertThat(database.value("select count(*) from pgqueuer_log where status = 'picked'"))
                .isEqualTo("160");
    }

    @Test
    void aLimitThatIsReachedHoldsUpNobodyElse() {
        CountDownLatch go = new CountDownLatch(1);
        sendMany("a", 5);
        try (JobWorker worker = jobs.worker()
                .handle(
                        "a",
                        job -> {
                            go.await();
                            return Outcome.done();
                        },
                        HandlerOptions.defaults().withLimit(1))
                .handle("b", job -> Outcome.done())
                .start()) {
            sendMany("b", 20);
            await().until(() -> database.value("select count(*) from pgqueuer where entrypoint = 'b'")
                    .equals("0"));
            assertThat(database.value("select count(*) from pgqueuer where status = 'picked'"))
                    .isEqualTo("1");
            go.countDown();
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> database.value("select count(*) from pgqueuer").equals("0"));
        }
    }

    @Test
    void countsWhatWorkersOfOthersHave() {
        database.run("""
                insert into pgqueuer (priority, entrypoint, status, queue_manager_id)
                values (0, 'a', 'picked', gen_random_uuid())""");
        long id = jobs.sender().send(NewJob.of("a"));
        long other = jobs.sender().send(NewJob.of("b"));
        try (JobWorker worker = jobs.worker()
                .handle("a", counting, HandlerOptions.defaults().withLimit(1))
                .handle("b", counting)
                .start()) {
            awaitLog(other, "queued", "picked", "successful");
            assertThat(log(id)).isEqualTo("queued");
            database.run("delete from pgqueuer where status = 'picked'");
            awaitLog(id, "queued", "picked", "successful");
        }
    }

    @Test
    void beginsNoMoreInAnyPeriodThanTheRate() throws InterruptedException {
        sendMany("a", 20);
        HandlerOptions rated = HandlerOptions.defaults().withRate(5, Duration.ofMillis(400));
        try (JobWorker first = jobs.worker().handle("a", counting, rated).start();
                JobWorker second = jobs.worker().handle("a", counting, rated).start()) {
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> database.value("select count(*) from pgqueuer").equals("0"));
        }
        assertThat(database.value("""
                select max(n) from (
                    select count(*) over (order by created range between current row and interval '399 ms' following) as n
                      from pgqueuer_log where status = 'picked') as windows""")).isEqualTo("5");
        assertThat(database.value("select sum(jobs) from pgqueuer_rates")).isEqualTo("20");
        database.run("update pgqueuer_rates set expires = now() - interval '1 s'");
        new HouseDuty("rates", database(), HouseSql.FORGET_RATES, HouseSql.PORTION, Duration.ZERO).doWork();
        assertThat(database.value("select count(*) from pgqueuer_rates")).isEqualTo("0");
    }

    @Test
    void whatTakesTooLongIsInterruptedAndHasFailed() {
        long id = jobs.sender().send(NewJob.of("a"));
        try (JobWorker worker = jobs.worker()
                .handle(
                        "a",
                        job -> {
                            new CountDownLatch(1).await();
                            return Outcome.done();
                        },
                        HandlerOptions.defaults()
                                .withTimeout(Duration.ofMillis(50))
                                .withRetry(RetryPolicy.never())
                                .withOnFailure(JobWorker.OnFailure.HOLD))
                .start()) {
            awaitLog(id, "queued", "picked", "failed");
        }
        assertThat(database.value("select traceback ->> 'exception_message' from pgqueuer_log where status = 'failed'"))
                .isEqualTo("the handler took longer than PT0.05S");
    }

    @Test
    void aBatchHasWhatIsDueAndEachJobItsOutcome() {
        List<Integer> sizes = Collections.synchronizedList(new ArrayList<>());
        List<Long> ids = sendMany("a", 25);
        try (JobWorker worker = jobs.worker()
                .handleBatches("a", 10, batch -> {
                    sizes.add(batch.size());
                    return batch.stream().anyMatch(job -> job.id() == ids.get(3))
                            ? Map.of(ids.get(3), Outcome.deadLetter("no"))
                            : Map.of();
                })
                .concurrency(3)
                .start()) {
            await().until(() -> database.value("select count(*) from pgqueuer").equals("1"));
        }
        assertThat(sizes).containsExactlyInAnyOrder(10, 10, 5);
        assertThat(log(ids.get(3))).isEqualTo("queued picked failed");
        assertThat(database.value("select count(*) from pgqueuer_log where status = 'successful'"))
                .isEqualTo("24");
    }

    @Test
    void refusesWhatMakesNoSense() {
        assertThatThrownBy(() -> HandlerOptions.defaults().withLimit(0)).hasMessage("limit must be 1 or more, got 0");
        assertThatThrownBy(() -> HandlerOptions.defaults().withRate(0, Duration.ofSeconds(1)))
                .hasMessage("a rate is of 1 job or more, got 0");
        assertThatThrownBy(() -> HandlerOptions.defaults().withRate(1, Duration.ZERO))
                .hasMessage("a rate's period must be more than zero, got PT0S");
        assertThatThrownBy(() -> HandlerOptions.defaults().withTimeout(Duration.ZERO))
                .hasMessage("timeout must be more than zero, got PT0S");
        assertThatThrownBy(() -> jobs.worker().handleBatches("a", 0, batch -> Map.of()))
                .hasMessage("a batch is of 1 to 1000 jobs, got 0");
    }

    private List<Long> sendMany(String entrypoint, int count) {
        return jobs.sender()
                .sendAll(IntStream.range(0, count)
                        .mapToObj(i -> NewJob.of(entrypoint))
                        .toList());
    }

    /** By the log, in the order in which it was written: each picked one more, each end one less. */
    private int pickedAtOnce(String entrypoint) {
        return Integer.parseInt(database.value("""
                select max(n) from (
                    select sum(case status when 'picked' then 1 when 'successful' then -1 else 0 end)
                               over (order by id) as n
                      from pgqueuer_log where entrypoint = '%s') as running""".formatted(entrypoint)));
    }
}
