package dev.howdah.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.howdah.testkit.TestDatabase;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A key's events go to one worker at a time, in order. */
class SlotsTest {

    @AutoClose
    private static final TestDatabase DATABASE = TestDatabase.installed();

    private final StreamQueue queue = StreamQueue.create(DATABASE);

    private void subscribe(int slots) {
        queue.run(
                "select pgque.subscribe_slot({q}, 'c', k, %1$d) from generate_series(0, %1$d - 1) k".formatted(slots));
    }

    private String claim(int slot, String worker) {
        return queue.value("select pgque.claim_slot({q}, 'c', %d, '%s')".formatted(slot, worker));
    }

    private static String call(String verb, String worker, String more) {
        return "pgque.%s_partitioned({q}, 'c', 0, 1, '%s'%s)".formatted(verb, worker, more);
    }

    private List<String> receive(String worker) {
        return queue.column("select payload from " + call("receive", worker, ""));
    }

    private String ack(String worker) {
        return queue.value("select " + call("ack", worker, ""));
    }

    /** The lease of slot 0 has run out. */
    private void expire() {
        queue.run("""
                update howdah_stream.position set pos_lease_until = clock_timestamp()
                 where pos_sub = (howdah_stream.slot_subscriber({q}, 'c', 0)).sub_no""");
    }

    @Test
    void aKeysEventsAreInItsSlotInOrder() {
        subscribe(3);
        queue.run("""
                select pgque.send({q}, 't', i::text, case when i % 10 > 0 then 'key' || i % 10 end)
                  from generate_series(1, 60) i""");
        queue.tick();
        int all = 0;
        for (int slot = 0; slot < 3; slot++) {
            claim(slot, "w");
            String from = "from pgque.receive_partitioned({q}, 'c', %d, 3, 'w', 100) m".formatted(slot);
            // the slot of a key, as the clients of this language compute it
            List<String> slots =
                    queue.column("select distinct coalesce(((hashtextextended(extra1, 0) % 3) + 3) % 3, 0) " + from);
            assertThat(slots).containsExactly(String.valueOf(slot));
            List<String> payloads = queue.column("select payload " + from);
            assertThat(payloads.stream().map(Integer::valueOf).toList()).isSorted();
            all += payloads.size();
        }
        assertThat(all).isEqualTo(60);
        assertThat(
                        queue.column(
                                "select consumer || slot || n from pgque.partition_slot_status where queue_name = {q} order by 1"))
                .containsExactly("c03", "c13", "c23");
        assertThat(queue.column("select consumer_name from pgque.get_consumer_info({q})"))
                .containsExactly("c#0/3", "c#1/3", "c#2/3");
    }

    @Test
    void lessThanTheBatchLeavesTheRest() {
        subscribe(1);
        claim(0, "w");
        queue.sendNumbers(3);
        assertThat(queue.column("select payload from " + call("receive", "w", ", 2")))
                .containsExactly("1", "2");
        assertThat(ack("w")).isEqualTo("1");
        assertThat(receive("w")).containsExactly("3");
        assertThat(ack("w")).isEqualTo("1");
        assertThat(receive("w")).isEmpty();
        assertThat(ack("w")).isEqualTo("0");
    }

    @Test
    void aNackedMessageComesBackToItsSlot() {
        subscribe(1);
        claim(0, "w");
        queue.sendNumbers(2);
        assertThat(queue.column("select pgque.nack_partitioned({q}, 'c', 0, 1, 'w', m, '1 hour', 'no') from "
                        + call("receive", "w", ", 1") + " m"))
                .containsExactly("1");
        ack("w");
        assertThat(receive("w")).containsExactly("2");
        ack("w");
        queue.retryNow();
        assertThat(queue.column("select payload || retry_count from " + call("receive", "w", "")))
                .containsExactly("11");
    }

    @Test
    void theEpochGrowsWhenTheSlotChangesHands() {
        subscribe(1);
        assertThat(claim(0, "w1")).isEqualTo("1");
        assertThat(claim(0, "w1")).as("renewed").isEqualTo("1");
        assertThat(claim(0, "w2")).isEqualTo("null");
        assertThat(queue.value("select pgque.release_slot({q}, 'c', 0, 'w2')")).isEqualTo("f");
        assertThat(queue.value("select pgque.release_slot({q}, 'c', 0, 'w1')")).isEqualTo("t");
        assertThat(claim(0, "w2")).isEqualTo("2");
        expire();
        assertThat(queue.value("select pgque.release_slot({q}, 'c', 0, 'w2')")).isEqualTo("f");
        assertThat(claim(0, "w2")).as("nobody had it meanwhile, but who knows").isEqualTo("3");
    }

    @Test
    void aDeadWorkersBatchGoesToItsSuccessor() {
        subscribe(1);
        claim(0, "w1");
        queue.sendNumbers(2);
        String batch = queue.column("select batch_id from " + call("receive", "w1", ""))
                .get(0);
        expire();
        assertThatThrownBy(() -> ack("w1")).hasMessageContaining("its lease has run out");
        assertThat(claim(0, "w2")).isEqualTo("2");

        for (String verb : List.of("receive", "ack")) {
            assertThatThrownBy(() -> queue.column("select " + call(verb, "w1", "")))
                    .hasMessageContaining("worker w1 does not hold slot 0 of %s/c: w2 does".formatted(queue.name()));
        }
        assertThatThrownBy(() -> queue.column("select " + call("nack", "w1", ", null")))
                .hasMessageContaining("w2 does");
        assertThat(queue.value("select pgque.ack(%s)".formatted(batch)))
                .as("by the batch's id")
                .isEqualTo("0");
        assertThat(receive("w2")).containsExactly("1", "2");
        assertThat(ack("w2")).isEqualTo("1");
        assertThat(receive("w2")).isEmpty();
    }

    @Test
    void eachCallRenewsTheLeaseForItsTtl() {
        subscribe(1);
        queue.run("select pgque.claim_slot({q}, 'c', 0, 'w', '2 hours')");
        queue.sendNumbers(1);
        String message = queue.value("select m from " + call("receive", "w", "") + " m");
        for (String call : List.of("receive", "nack", "ack")) {
            queue.run("""
                    update howdah_stream.position set pos_lease_until = clock_timestamp() + interval '1 hour'
                     where pos_sub = (howdah_stream.slot_subscriber({q}, 'c', 0)).sub_no""");
            String more = call.equals("nack") ? ", '%s'::pgque.message".formatted(message) : "";
            queue.run("select " + call(call, "w", more));
            assertThat(queue.value("select lease_until > clock_timestamp() + interval '90 minutes'"
                            + " from pgque.partition_slot_status where queue_name = {q}"))
                    .as(call)
                    .isEqualTo("t");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            pgque.subscribe_slot({q}, 'c', 0, 2)             | /c has 1 partition slots, not 2
            pgque.subscribe_slot({q}, 'c', 2, 2)             | got slot 2 of 2
            pgque.subscribe_slot({q}, 'c', -1, 2)            | got slot -1 of 2
            pgque.subscribe_slot({q}, 'c', 0, 0)             | got slot 0 of 0
            pgque.subscribe_slot({q}, 'c#1', 0, 1)           | has no "#"
            pgque.subscribe_slot('none', 'c', 0, 1)          | Event queue not created yet
            pgque.register_consumer({q}, 'c#0/1')            | has no "#"
            pgque.receive({q}, 'c#0/1')                      | is a partition slot: use claim_slot and receive_partitioned
            pgque.next_batch({q}, 'c#0/1')                   | is a partition slot
            pgque.claim_slot({q}, 'c', 1, 'w')               | Not subscriber to queue
            pgque.claim_slot({q}, 'c', 0, '')                | a worker needs a name
            pgque.claim_slot({q}, 'c', 0, 'w', '0 s')        | ttl must be > 0
            pgque.receive_partitioned({q}, 'c', 0, 2, 'w')   | /c has 1 partition slots, not 2
            pgque.receive_partitioned({q}, 'c', 0, 1, 'x')   | worker x does not hold slot 0
            pgque.receive_partitioned({q}, 'c', 0, 1, null)  | does not hold slot 0
            pgque.receive_partitioned({q}, 'c', 0, 1, 'w', 0) | max_return must be >= 1
            pgque.nack_partitioned({q}, 'c', 0, 1, 'w', row(1,2,'','',1,now(),'','','','')::pgque.message) | batch not found: 2""")
    void refuses(String call, String message) {
        subscribe(1);
        claim(0, "w");
        assertThatThrownBy(() -> queue.column("select " + call)).hasMessageContaining(message);
    }

    @Test
    void slotsGoOneByOneAndTheirNumberMayThenChange() {
        subscribe(2);
        claim(0, "w");
        queue.run("select pgque.unsubscribe_slot({q}, 'c', 0)");
        assertThatThrownBy(() -> queue.run("select pgque.subscribe_slot({q}, 'c', 0, 3)"))
                .hasMessageContaining("has 2 partition slots, not 3");
        queue.run("select pgque.unsubscribe_slot({q}, 'c', 1)");
        queue.run("select pgque.unsubscribe_slot({q}, 'c', 1)");
        subscribe(3);
        assertThat(claim(0, "w")).isEqualTo("1");
        assertThat(queue.value("select pgque.drop_queue({q}, true)")).isEqualTo("1");
    }

    @Test
    void aClaimNeverWaitsForAnother() throws Exception {
        subscribe(1);
        try (StreamSession first = queue.session();
                StreamSession second = queue.session()) {
            assertThat(first.column("select pgque.claim_slot({q}, 'c', 0, 'w1')"))
                    .containsExactly("1");
            assertThat(second.column("select pgque.claim_slot({q}, 'c', 0, 'w2')"))
                    .containsExactly("null");
            second.commit();
            first.crash();
            assertThat(second.column("select pgque.claim_slot({q}, 'c', 0, 'w2')"))
                    .containsExactly("1");
        }
    }

    @Test
    void aWorkerThatFinishesKeepsItsSlotFromASuccessor() throws Exception {
        subscribe(1);
        claim(0, "w1");
        queue.sendNumbers(1);
        receive("w1");
        try (StreamSession w1 = queue.session()) {
            w1.column("select " + call("ack", "w1", ""));
            assertThat(claim(0, "w2")).isEqualTo("null");
            w1.commit();
        }
        assertThat(claim(0, "w2")).isEqualTo("null");
    }

    @Test
    void whatACrashedWorkerHadDoneWithoutCommitIsDoneAgain() throws Exception {
        subscribe(1);
        claim(0, "w1");
        queue.sendNumbers(2);
        try (StreamSession w1 = queue.session()) {
            w1.column("select " + call("receive", "w1", ", 1"));
            w1.column("select " + call("ack", "w1", ""));
            w1.crash();
        }
        expire();
        claim(0, "w2");
        assertThat(receive("w2")).containsExactly("1", "2");
    }

    @Test
    void ofTwoNumbersOfSlotsAtOnceOneIsRefused() throws Exception {
        try (StreamSession two = queue.session();
                StreamSession three = queue.session()) {
            two.column("select pgque.subscribe_slot({q}, 'c', 0, 2)");
            CompletableFuture<List<String>> later = three.columnLater("select pgque.subscribe_slot({q}, 'c', 0, 3)");
            three.awaitBlocked();
            two.commit();
            assertThatThrownBy(() -> later.get(60, TimeUnit.SECONDS))
                    .hasMessageContaining("has 2 partition slots, not 3");
        }
    }
}
