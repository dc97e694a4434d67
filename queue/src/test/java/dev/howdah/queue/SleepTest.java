package dev.howdah.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.core.DutyLoop;
import dev.howdah.core.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** Workers that have been quiet for long sleep, and are woken. */
class SleepTest extends QueueClientBase {

    private final List<String> seen = new CopyOnWriteArrayList<>();

    private QueueWorker.Builder sleepy() {
        return queues.worker(QUEUE).poll(Duration.ofHours(1)).handle(message -> {
            seen.add(message.body());
            return Outcome.done();
        });
    }

    private List<String> sleepers() {
        return database.column("select pid from pg_locks where locktype = 'advisory' and classid = 1752131957"
                + " and mode = 'ExclusiveLock' and granted"
                + " and database = (select oid from pg_database where datname = current_database())");
    }

    @Test
    void aSleepingWorkerIsWokenByWhoeverSends() {
        try (DutyLoop server = server();
                QueueWorker worker = sleepy().start()) {
            eventually(() -> assertThat(sleepers()).hasSize(1));
            sender().send(NewMessage.json("1"));
            eventually(() -> assertThat(seen).containsExactly("1"));
            assertThat(sleepers()).isEmpty();
            eventually(() -> assertThat(sleepers()).hasSize(1));
            sender().load(List.of(NewMessage.json("2")).iterator());
            eventually(() -> assertThat(seen).containsExactly("1", "2"));
            eventually(() -> assertThat(sleepers()).hasSize(1));
            sender().send(NewMessage.json("3").withDelay(Duration.ofMillis(100)));
            eventually(() -> assertThat(seen).containsExactly("1", "2", "3"));
        }
        assertThat(sleepers()).isEmpty();
    }

    @Test
    void ofTwoWorkersTheOneThatDoesNotSleepStillLooks() {
        try (QueueWorker one = sleepy().start();
                QueueWorker two = sleepy().start()) {
            eventually(() -> assertThat(sleepers()).hasSize(1));
            sender().send(NewMessage.json("1"));
            eventually(() -> assertThat(seen).containsExactly("1"));
            eventually(() -> assertThat(sleepers()).hasSize(1));
            one.close();
            eventually(() -> assertThat(sleepers()).hasSize(1));
            sender().send(NewMessage.json("2"));
            eventually(() -> assertThat(seen).containsExactly("1", "2"));
        }
    }
}
