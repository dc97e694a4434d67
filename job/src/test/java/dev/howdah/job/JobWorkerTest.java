package dev.howdah.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.howdah.core.Backoff;
import dev.howdah.core.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What becomes of a job. */
class JobWorkerTest extends JobWorkerBase {

    private static final RetryPolicy AT_ONCE =
            new RetryPolicy(2, new Backoff(Duration.ofMillis(1), Duration.ofMillis(2)));

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

    /** However large its claims grow. */
    @Test
    void aSingleHandlerHasABacklogInItsOrder() throws InterruptedException {
        database.run("""
                insert into pgqueuer (priority, entrypoint, status)
                select n % 5 / 2, 'a', 'queued' from generate_series(1, 5000) as n""");
        List<Long> handled = Collections.synchronizedList(new ArrayList<>());
        try (JobWorker worker = jobs.worker()
                .concurrency(1)
                .handle("a", job -> {
                    handled.add(job.id());
                    return Outcome.done();
                })
                .start()) {
            worker.awaitNothingDue();
        }
        assertThat(handled).map(String::valueOf).isEqualTo(database.column("""
                        select job_id from pgqueuer_log where status = 'picked' order by priority desc, job_id"""));
        assertThat(handled).hasSize(5_000);
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
}
