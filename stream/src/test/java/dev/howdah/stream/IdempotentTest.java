package dev.howdah.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.howdah.testkit.TestDatabase;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One event for each key, however often it is sent within the key's time to live. */
class IdempotentTest {

    private static final String SEND =
            "select event_id || ' ' || deduped from pgque.send_idem({q}, 't', 'x'::text, 'k')";

    @AutoClose
    private static final TestDatabase DATABASE = TestDatabase.installed();

    private final StreamQueue queue = StreamQueue.create(DATABASE);

    @BeforeEach
    void subscribe() {
        queue.run("select pgque.subscribe({q}, 'c')");
    }

    private List<String> sent() {
        queue.tick();
        return queue.column("select msg_id from pgque.receive({q}, 'c')");
    }

    private void expire() {
        queue.run("update howdah_stream.idempotency set idem_expires = clock_timestamp()"
                + " where idem_queue = (select queue_id from pgque.queue where queue_name = {q})");
    }

    private static String id(String answer) {
        return answer.substring(0, answer.indexOf(' '));
    }

    @Test
    void theSameKeyIsSentOnce() {
        String first = queue.value(SEND);
        assertThat(first).endsWith(" false");
        assertThat(queue.value(SEND)).isEqualTo(id(first) + " true");
        assertThat(sent()).containsExactly(id(first));
    }

    @Test
    void anEventHasAllThatItWasSentWith() {
        queue.run("""
                select pgque.send_idem({q}, 'a', '{"n":  1}'::text, 'k1', i_partition_key => 'p'),
                       pgque.send_idem({q}, 'b', '{"n":  1}'::jsonb, 'k2', interval '1 minute'),
                       pgque.send_idem({q}, 'c', 'untyped', 'k3')""");
        queue.tick();
        assertThat(queue.column("select concat_ws(' ', type, payload, extra1) from pgque.receive({q}, 'c') order by 1"))
                .containsExactly("a {\"n\":  1} p", "b {\"n\": 1}", "c untyped");
        assertThat(
                        queue.value(
                                "select count(*) from pgque.receive({q}, 'c') where created_at is null or retry_count is not null"))
                .isEqualTo("0");
    }

    @Test
    void anExpiredKeyIsSentAgain() {
        String first = queue.value(SEND);
        expire();
        String second = queue.value(SEND);
        assertThat(second).endsWith(" false").isNotEqualTo(first);
        assertThat(sent()).containsExactly(id(first), id(second));
    }

    @Test
    void expiredKeysAreRemoved() {
        StreamQueue other = StreamQueue.create(DATABASE);
        queue.run(SEND);
        other.run(SEND);
        expire();
        assertThat(other.value("select pgque.maint_idem({q})")).isEqualTo("0");
        assertThat(queue.value("select pgque.maint_idem({q})")).isEqualTo("1");
        queue.run(SEND);
        expire();
        assertThat(queue.value("select pgque.maint_idem()")).isEqualTo("1");
        assertThat(other.value(SEND)).endsWith(" true");
    }

    @Test
    void aSecondSessionWaitsForTheFirst() throws Exception {
        try (StreamSession first = queue.session();
                StreamSession second = queue.session()) {
            String answer = first.column(SEND).get(0);
            CompletableFuture<List<String>> later = second.columnLater(SEND);
            second.awaitBlocked();
            first.commit();
            assertThat(later.get(60, TimeUnit.SECONDS)).containsExactly(id(answer) + " true");
            second.commit();
            assertThat(sent()).containsExactly(id(answer));
        }
    }

    @Test
    void ifTheFirstFailsTheSecondSends() throws Exception {
        try (StreamSession first = queue.session();
                StreamSession second = queue.session()) {
            first.column(SEND);
            CompletableFuture<List<String>> later = second.columnLater(SEND);
            second.awaitBlocked();
            first.crash();
            String answer = later.get(60, TimeUnit.SECONDS).get(0);
            assertThat(answer).endsWith(" false");
            second.commit();
            assertThat(sent()).containsExactly(id(answer));
        }
    }

    @Test
    void twoThatFindAKeyExpiredSendItOnce() throws Exception {
        queue.run(SEND);
        expire();
        try (StreamSession first = queue.session();
                StreamSession second = queue.session()) {
            String answer = first.column(SEND).get(0);
            CompletableFuture<List<String>> later = second.columnLater(SEND);
            second.awaitBlocked();
            // does not wait for a key that is being sent again
            assertThat(queue.value("select pgque.maint_idem({q})")).isEqualTo("0");
            first.commit();
            assertThat(later.get(60, TimeUnit.SECONDS)).containsExactly(id(answer) + " true");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            pgque.send_idem('none', 't', 'x', 'k')       | queue not found: none
            pgque.send_idem({q}, 't', 'x', null)         | idem_key must not be null
            pgque.send_idem({q}, 't', 'x', 'k', '0 s')   | ttl must be > 0
            pgque.send_idem({q}, 't', 'x', 'k', null)    | ttl must be > 0
            pgque.maint_idem('none')                     | queue not found: none""")
    void refuses(String call, String message) {
        assertThatThrownBy(() -> queue.column("select " + call)).hasMessageContaining(message);
    }

    @Test
    void aDisabledQueueTakesNone() {
        queue.run("update pgque.queue set queue_disable_insert = true where queue_name = {q}");
        assertThatThrownBy(() -> queue.run(SEND)).hasMessageContaining("Insert into queue disallowed");
    }
}
