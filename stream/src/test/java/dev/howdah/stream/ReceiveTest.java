package dev.howdah.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.howdah.testkit.TestDatabase;
import dev.howdah.testkit.TestSession;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** receive, ack and nack, at the sizes and in the company that make them hard. */
class ReceiveTest {

    private TestDatabase database;
    private EngineSession session;

    @BeforeEach
    void aQueueAndAConsumer() {
        database = TestDatabase.installed();
        session = new EngineSession(database);
        session.run("select pgque.create_queue('q'), pgque.register_consumer('q', 'c')");
    }

    @AfterEach
    void drop() {
        session.close();
        database.close();
    }

    private void send(int count) {
        session.run("select pgque.send_batch('q', array_fill(repeat('x', 100), array[" + count + "]))");
        session.run("select howdah_stream.tick_round(null)");
    }

    private List<String> receive(int max) {
        return session.column("select msg_id from pgque.receive('q', 'c', " + max + ")");
    }

    private String batch() {
        return session.value("select current_batch from pgque.get_consumer_info('q', 'c')");
    }

    private static String nack(String batch, long id) {
        return "select pgque.nack(" + batch + ", row(" + id
                + ", null, null, null, null, null, null, null, null, null)::pgque.message, '0 s')";
    }

    private void ack() {
        assertThat(session.value("select pgque.ack(" + batch() + ")")).isEqualTo("1");
    }

    @Test
    void anAckOfAPartLeavesTheRestToBeReceived() {
        send(100);
        List<String> all = new ArrayList<>();
        for (List<String> part = receive(7); !part.isEmpty(); part = receive(7)) {
            assertThat(part).hasSizeLessThanOrEqualTo(7);
            assertThat(receive(50)).as("the same without an ack").isEqualTo(part);
            all.addAll(part);
            ack();
        }
        assertThat(all)
                .isEqualTo(
                        LongStream.rangeClosed(1, 100).mapToObj(Long::toString).toList());
    }

    @Test
    void anEventWrittenSeveralTimesHidesNoOther() {
        for (int id : new int[] {5, 5, 5, 6, 7}) {
            session.run("select pgque.insert_event_raw('q', " + id
                    + ", now(), null, null, 't', 'd', null, null, null, null)");
        }
        session.run("select howdah_stream.tick_round(null)");
        List<String> all = new ArrayList<>();
        for (List<String> part = receive(1); !part.isEmpty(); part = receive(1)) {
            all.addAll(part);
            ack();
        }
        assertThat(new HashSet<>(all)).containsExactlyInAnyOrder("5", "6", "7");
    }

    @Test
    void batchesAreBoundedAfterAnOutageOfTheTicker() {
        for (int i = 0; i < 4; i++) {
            session.run("select pgque.send_batch('q', array_fill('x'::text, array[30000]))");
        }
        session.run("select howdah_stream.tick_round(null)");
        long sum = 0;
        long last = 0;
        while (true) {
            String batch = session.value("select pgque.next_batch('q', 'c')");
            if (batch.equals("null")) {
                break;
            }
            String[] facts = session.value("select concat(count(*), ' ', min(ev_id), ' ', max(ev_id)) "
                            + "from pgque.get_batch_events(" + batch + ")")
                    .split(" ");
            assertThat(Long.parseLong(facts[0])).isBetween(1L, 10_000L);
            assertThat(Long.parseLong(facts[1])).isEqualTo(last + 1);
            last = Long.parseLong(facts[2]);
            sum += Long.parseLong(facts[0]);
            session.run("select pgque.finish_batch(" + batch + ")");
        }
        assertThat(sum).isEqualTo(120_000);
    }

    @Test
    void aNackCostsNoMoreInABatchOfAHundredThousand() {
        session.run("select pgque.set_queue_config('q', 'batch_max_count', '1000000')");
        send(100_000);
        String batch = session.value("select pgque.next_batch('q', 'c')");
        session.run(nack(batch, 1)); // brings the index up to date
        for (long id : new long[] {2, 50_000, 99_999}) {
            assertThat(session.pages(nack(batch, id))).as("of %s", id).isLessThan(300);
        }
        assertThatThrownBy(() -> session.run(nack(batch, 100_001)))
                .hasMessageContaining("msg_id 100001 not found in batch " + batch);
        assertThat(session.number("select count(*) from pgque.retry_queue")).isEqualTo(4);
    }

    @Test
    void aNackOutsideThePartThatWasReceivedIsRefused() {
        send(10);
        receive(4);
        String batch = batch();
        session.run(nack(batch, 4));
        assertThatThrownBy(() -> session.run(nack(batch, 5))).hasMessageContaining("msg_id 5 not found in batch");
        ack();
        assertThatThrownBy(() -> session.run(nack(batch, 4))).hasMessageContaining("batch not found: " + batch);
    }

    @Test
    void thousandsOfRetriesComeBackInOneRoundToTheirConsumerAlone() {
        session.run("select pgque.register_consumer('q', 'other')");
        send(5000);
        String batch = session.value("select pgque.next_batch('q', 'c')");
        assertThat(session.value("select pgque.batch_retry(" + batch + ", 0)")).isEqualTo("5000");
        ack();
        assertThat(session.value("select pgque.maint_retry_events()")).isEqualTo("5000");
        session.run("select howdah_stream.tick_round(null)");
        assertThat(session.value("select count(*) || ' ' || min(retry_count) || ' ' || max(retry_count) "
                        + "from pgque.receive('q', 'c', 10000)"))
                .isEqualTo("5000 1 1");
        assertThat(session.value(
                        "select count(*) || ' ' || count(retry_count) from pgque.receive('q', 'other', 10000)"))
                .isEqualTo("5000 0");
        session.run("select pgque.ack(current_batch) from pgque.get_consumer_info('q', 'other')");
        assertThat(session.column("select msg_id from pgque.receive('q', 'other', 10000)"))
                .isEmpty();
    }

    @Test
    void emptyBatchesAreFinishedByTheWay() {
        for (int i = 0; i < 5; i++) {
            session.run("begin; update pgque.queue set queue_ticker_idle_period = '1 microsecond'; "
                    + "select pgque.ticker('q'); commit");
        }
        assertThat(receive(10)).isEmpty();
        assertThat(batch()).isEqualTo("null");
        send(3);
        assertThat(receive(10)).containsExactly("1", "2", "3");
    }

    /** A truncated table is empty for who waited for it with an older snapshot: that must not look like an empty batch. */
    @Test
    void aBatchThatIsReadBesideACompactionIsNotTakenForEmpty() throws Exception {
        send(10);
        session.run("select pgque.next_batch('q', 'c')");
        try (EngineSession compacting = new EngineSession(database)) {
            compacting.run("begin; select howdah_stream.compact(0)");
            CompletableFuture<String> received = session.waiting("select count(*) from pgque.receive('q', 'c')");
            compacting.run("commit");
            assertThat(received.get(30, TimeUnit.SECONDS)).isEqualTo("10");
            compacting.run("begin; select howdah_stream.compact(0)");
            CompletableFuture<String> acked = session.waiting("select pgque.ack(1)");
            compacting.run("commit");
            assertThat(acked.get(30, TimeUnit.SECONDS)).isEqualTo("1");
        }
    }

    @Test
    void aSnapshotFromBeforeACompactionIsToldToTryAgain() {
        send(10);
        String batch = session.value("select pgque.next_batch('q', 'c')");
        try (TestSession old = TestSession.holdingSnapshot(database)) {
            session.run("select howdah_stream.compact(0)");
            for (String call : List.of(
                    "select pgque.ack(" + batch + ")",
                    "select pgque.next_batch('q', 'c')",
                    "select * from pgque.receive('q', 'c')",
                    "select * from pgque.get_batch_events(" + batch + ")",
                    nack(batch, 1))) {
                old.run("savepoint s");
                assertThatThrownBy(() -> old.run(call)).as(call).hasMessageContaining("try again");
                old.run("rollback to s");
            }
        }
        assertThat(receive(10)).hasSize(10);
    }
}
