package dev.howdah.queue;

import dev.howdah.core.DutyLoop;
import dev.howdah.core.Wakeups;
import dev.howdah.testkit.TestDatabase;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AutoClose;

/** A database for each test, in which no server runs until the test starts one, and what the tests of the SQL ask of it. */
abstract class QueueSqlBase {

    @AutoClose
    final TestDatabase database = TestDatabase.installed();

    /** With what goes between the parentheses of create_queue after the name, e.g. {@code queue_retries => 1}. */
    void createQueue(String name, String... parameters) {
        String more = parameters.length == 0 ? "" : ", " + String.join(", ", parameters);
        database.run("call pgpro_queue.create_queue('" + name + "'" + more + ")");
    }

    void send(String queue, String body) {
        database.run("call pgpro_queue.insert_message('" + queue + "', '" + body + "')");
    }

    /** Reads and commits. */
    String read(String queue) {
        return database.value("select pgpro_queue.read_message('" + queue + "')");
    }

    /** What a server's keeper does in a round, whole lines included. */
    void keep() {
        database.run("call howdah_queue.keep(null)");
    }

    /** One line a message, those that can be read first: state, body, retries left, failed readings. */
    List<String> messages(String queue) {
        return database.column("select concat_ws(' ', state, coalesce(body::text, body_xml::text), retries, attempts)"
                + " from howdah_queue.peek('" + queue + "', 1000)");
    }

    /** As if the retry delays of all messages had passed. */
    void letAllFallDue() {
        database.run("update pgpro_queue_data.waiting set due = now() - interval '1 second'");
    }

    /** The server's duties of this wing. */
    DutyLoop server() {
        Wakeups wakeups = Wakeups.over(database.dataSource());
        DutyLoop loop = DutyLoop.builder()
                .duties(Queues.over(database.dataSource(), database.dataSource(), wakeups)
                        .duties())
                .leadershipOver(database.dataSource())
                .start();
        eventually(() -> org.assertj.core.api.Assertions.assertThat(database.value("select howdah_queue.is_served()"))
                .isEqualTo("t"));
        return loop;
    }

    static void eventually(ThrowingRunnable assertion) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(10))
                .untilAsserted(assertion);
    }
}
