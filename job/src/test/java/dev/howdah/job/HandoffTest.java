package dev.howdah.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.howdah.core.HowdahException;
import dev.howdah.core.Outcome;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Jobs that are sent where a handler is idle. */
class HandoffTest extends JobWorkerBase {

    private final BlockingQueue<Job> handled = new LinkedBlockingQueue<>();

    @Test
    void isPickedByTheStatementThatSendsIt() throws Exception {
        NewJob job = NewJob.of("a")
                .withPayload("{}")
                .withPriority(7)
                .withDedupeKey("k")
                .withHeaders("{\"trace\":\"t\"}")
                .withExpiry(Duration.ofHours(1));
        try (JobWorker worker = start("a", this::handle)) {
            worker.awaitNothingDue();
            long handedOver = jobs.sender().send(job);
            awaitLog(handedOver, "queued", "picked", "successful");
            long claimed = sendInTransaction(job);
            awaitLog(claimed, "queued", "picked", "successful");

            assertThat(isHandedOver(handedOver)).isTrue();
            assertThat(isHandedOver(claimed)).isFalse();
        }
        assertThat(handled)
                .hasSize(2)
                .allSatisfy(one -> assertThat(one.headers()).contains("\"trace\": \"t\"", "howdah_expires_at"))
                .extracting(Job::entrypoint, Job::priority, Job::attempts, Job::dedupeKey, Job::text)
                .containsOnly(tuple("a", 7, 0, "k", "{}"));
        assertThat(handled.peek().created()).isBetween(Instant.now().minusSeconds(60), Instant.now());
    }

    @Test
    void tellsNobodyThatThereIsSomethingToClaim() throws Exception {
        try (JobWorker worker = start("a", this::handle);
                ToldListener listener = new ToldListener(database)) {
            worker.awaitNothingDue();
            awaitLog(jobs.sender().send(NewJob.of("a")), "queued", "picked", "successful");
            jobs.sender().send(NewJob.of("nobody's"));
            assertThat(listener.told()).containsExactly("delete", "insert");
        }
    }

    @Test
    void aPayloadIsTheHandlersOwn() throws Exception {
        byte[] payload = "before".getBytes(StandardCharsets.UTF_8);
        CountDownLatch changed = new CountDownLatch(1);
        try (JobWorker worker = start("a", job -> {
            changed.await();
            return handle(job);
        })) {
            worker.awaitNothingDue();
            jobs.sender().send(NewJob.of("a").withPayload(payload));
            payload[0] = 'x';
            changed.countDown();
            assertThat(handled.take().text()).isEqualTo("before");
        }
    }

    static Stream<Arguments> others() {
        return Stream.of(
                Arguments.of("delayed", NewJob.of("a").withDelay(Duration.ofMillis(1))),
                Arguments.of("at a time", NewJob.of("a").withRunAt(Instant.now())),
                Arguments.of("limited", NewJob.of("limited")),
                Arguments.of("with a rate", NewJob.of("rated")),
                Arguments.of("in batches", NewJob.of("batched")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("others")
    void isOnlyForWhatWouldBeClaimedAtOnce(String name, NewJob job) throws Exception {
        try (JobWorker worker = jobs.worker()
                .handle("a", this::handle)
                .handle("limited", this::handle, HandlerOptions.defaults().withLimit(5))
                .handle("rated", this::handle, HandlerOptions.defaults().withRate(1_000, Duration.ofSeconds(1)))
                .handleBatches("batched", 10, batch -> {
                    batch.forEach(this::handle);
                    return Map.of();
                })
                .poll(NEVER)
                .start()) {
            worker.awaitNothingDue();
            long id = jobs.sender().send(job);
            awaitLog(id, "queued", "picked", "successful");
            assertThat(isHandedOver(id)).isFalse();
        }
    }

    @Test
    void aWorkerWithOneHandlerHasItsJobsInTheirOrder() throws Exception {
        try (JobWorker worker =
                jobs.worker().handle("a", this::handle).concurrency(1).start()) {
            worker.awaitNothingDue();
            long id = jobs.sender().send(NewJob.of("a"));
            awaitLog(id, "queued", "picked", "successful");
            assertThat(isHandedOver(id)).isFalse();
        }
    }

    @Test
    void waitsInLineWhereAllHandlersAreBusy() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        try (JobWorker worker = jobs.worker()
                .handle("a", job -> {
                    handled.add(job);
                    go.await();
                    return Outcome.done();
                })
                .concurrency(2)
                .poll(NEVER)
                .start()) {
            worker.awaitNothingDue();
            List<Long> first = send(2, UnaryOperator.identity());
            await().until(() -> handled.size() == 2);
            assertThat(first).allMatch(this::isHandedOver);
            List<Long> waiting = send(5, job -> job.withPriority(1));
            assertThat(database.value("select count(*) from pgqueuer where status = 'queued'"))
                    .isEqualTo("5");
            go.countDown();
            List<Long> last = send(3, UnaryOperator.identity());
            Stream.of(waiting, last)
                    .flatMap(List::stream)
                    .forEach(id -> awaitLog(id, "queued", "picked", "successful"));
            assertThat(waiting).noneMatch(this::isHandedOver);
        }
        assertThat(handled).extracting(Job::id).doesNotHaveDuplicates().hasSize(10);
    }

    @Test
    void aHandlerWhoseJobCouldNotBeSentIsFreeAgain() throws Exception {
        CountDownLatch both = new CountDownLatch(2);
        jobs.sender().send(NewJob.of("nobody's").withDedupeKey("k"));
        try (JobWorker worker = jobs.worker()
                .handle("a", job -> {
                    both.countDown();
                    both.await();
                    return handle(job);
                })
                .concurrency(2)
                .poll(NEVER)
                .start()) {
            worker.awaitNothingDue();
            for (int i = 0; i < 5; i++) {
                assertThatThrownBy(() -> jobs.sender().send(NewJob.of("a").withDedupeKey("k")))
                        .isInstanceOf(HowdahException.Duplicate.class);
            }
            assertThat(send(2, UnaryOperator.identity()))
                    .allSatisfy(id -> awaitLog(id, "queued", "picked", "successful"))
                    .allMatch(this::isHandedOver);
        }
    }

    @Test
    void closingWaitsForWhatIsBeingSent() throws Exception {
        JobWorker worker = start("a", this::handle);
        worker.awaitNothingDue();
        try (Connection other = database.dataSource().getConnection();
                Statement insert = other.createStatement()) {
            other.setAutoCommit(false);
            insert.execute("""
                    insert into pgqueuer (priority, entrypoint, status, dedupe_key)
                    values (0, 'nobody''s', 'queued', 'k')""");
            CompletableFuture<Long> sending = CompletableFuture.supplyAsync(
                    () -> jobs.sender().send(NewJob.of("a").withDedupeKey("k")));
            await().until(() -> database.value("""
                    select count(*)
                      from pg_stat_activity
                     where datname = current_database() and wait_event_type = 'Lock'""").equals("1"));
            Thread closing = new Thread(worker::close);
            closing.start();
            await().until(() -> closing.getState() == Thread.State.TIMED_WAITING);
            other.rollback();
            closing.join();
            assertThat(log(sending.get(10, TimeUnit.SECONDS))).isEqualTo("queued picked successful");
        }
    }

    @Test
    void closingAtAnyMomentLeavesEachJobDoneOrInLine() {
        Map<Long, Integer> calls = new ConcurrentHashMap<>();
        for (int i = 0; i < 20; i++) {
            AtomicBoolean isOver = new AtomicBoolean();
            List<CompletableFuture<Void>> senders;
            int enough = calls.size() + i;
            try (JobWorker worker = start("a", job -> {
                calls.merge(job.id(), 1, Integer::sum);
                return Outcome.done();
            })) {
                senders = IntStream.range(0, 3)
                        .mapToObj(n -> CompletableFuture.runAsync(() -> {
                            while (!isOver.get()) {
                                jobs.sender().send(NewJob.of("a"));
                            }
                        }))
                        .toList();
                await().pollInterval(Duration.ofMillis(1)).until(() -> calls.size() >= enough);
            }
            isOver.set(true);
            senders.forEach(CompletableFuture::join);
            assertThat(database.column("select distinct status from pgqueuer")).isSubsetOf("queued");
        }
        assertThat(calls.values()).containsOnly(1);
        assertThat(database.value("select count(distinct job_id) from pgqueuer_log where status = 'successful'"))
                .isEqualTo("" + calls.size());
        assertThat(database.value("""
                select count(*) > 0
                  from pgqueuer_log q
                  join pgqueuer_log p using (job_id, created)
                 where q.status = 'queued' and p.status = 'picked'""")).isEqualTo("t");
    }

    private Outcome handle(Job job) {
        handled.add(job);
        return Outcome.done();
    }

    private List<Long> send(int count, UnaryOperator<NewJob> with) {
        return IntStream.range(0, count)
                .mapToObj(i -> jobs.sender().send(with.apply(NewJob.of("a"))))
                .toList();
    }

    private long sendInTransaction(NewJob job) throws SQLException {
        try (Connection connection = database.dataSource().getConnection()) {
            connection.setAutoCommit(false);
            long id = jobs.sender().send(connection, job);
            connection.commit();
            return id;
        }
    }

    /** Whether one transaction sent and picked it. */
    private boolean isHandedOver(long id) {
        return database.value(
                        "select count(distinct created) from pgqueuer_log where status <> 'successful' and job_id = "
                                + id)
                .equals("1");
    }
}
