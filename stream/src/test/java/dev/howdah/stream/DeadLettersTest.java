package dev.howdah.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.howdah.core.DutyLoop;
import dev.howdah.core.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class DeadLettersTest extends StreamClientBase {

    private final DeadLetters dead = streams.deadLetters(STREAM);
    private final AtomicBoolean refuses = new AtomicBoolean(true);
    private final List<Event> handled = new CopyOnWriteArrayList<>();

    private StreamConsumer start(String name) {
        return consumer(name).handle(this::handle).start();
    }

    private Outcome handle(Event event) {
        if (refuses.get()) {
            return Outcome.deadLetter("no " + event.data());
        }
        handled.add(event);
        return Outcome.done();
    }

    @Test
    void theNewestComeFirst() {
        try (StreamConsumer consumer = start("c")) {
            sender().sendAll(List.of(new NewEvent("t", "a", "1", "2", "3", "4"), NewEvent.of("b")));
            eventually(() -> assertThat(dead.list(100)).hasSize(2));
        }
        assertThat(dead.list(100)).extracting(DeadLetter::reason).containsExactly("no b", "no a");
        assertThat(dead.list(1)).extracting(DeadLetter::reason).containsExactly("no b");
        DeadLetter a = dead.list(100).get(1);
        assertThat(a.consumer()).isEqualTo("c");
        assertThat(a.time()).isAfterOrEqualTo(a.event().time());
        Event event = a.event();
        assertThat(new NewEvent(
                        event.type(), event.data(), event.extra1(), event.extra2(), event.extra3(), event.extra4()))
                .isEqualTo(new NewEvent("t", "a", "1", "2", "3", "4"));
        assertThat(event.retry()).isZero();
    }

    @Test
    void aReplayedOneComesToItsConsumerAloneAsNew() {
        streams.configure(STREAM, StreamSettings.none().maxRetries(1));
        List<String> others = new CopyOnWriteArrayList<>();
        try (StreamConsumer other = consumer("other")
                        .handle(event -> {
                            others.add(event.data());
                            return Outcome.done();
                        })
                        .start();
                DutyLoop server = server();
                StreamConsumer consumer = consumer("c")
                        .handle(event -> refuses.get() ? Outcome.retry(Duration.ZERO) : handle(event))
                        .start()) {
            sender().send(NewEvent.of("a"));
            eventually(() -> assertThat(dead.list(100))
                    .singleElement()
                    .satisfies(letter -> assertThat(letter.reason()).isEqualTo("max retries exceeded")));
            assertThat(dead.list(100).get(0).event().retry()).isEqualTo(1);
            refuses.set(false);
            long id = dead.replay(dead.list(100).get(0).id());
            eventually(() -> assertThat(handled).singleElement().satisfies(event -> {
                assertThat(event.id()).isEqualTo(id);
                assertThat(event.data()).isEqualTo("a");
                assertThat(event.retry()).isZero();
            }));
            sender().send(NewEvent.of("end"));
            eventually(() -> assertThat(others).containsExactly("a", "end"));
        }
        assertThat(dead.list(100)).isEmpty();
    }

    @Test
    void replayAllSendsWhatItCanInOrder() {
        try (StreamConsumer gone = start("gone")) {
            sender().send(NewEvent.of("x"));
            eventually(() -> assertThat(dead.list(100)).hasSize(1));
        }
        streams.unsubscribe(STREAM, "gone");
        try (StreamConsumer consumer = start("c")) {
            sendNumbers(20);
            eventually(() -> assertThat(dead.list(100)).hasSize(21));
            refuses.set(false);
            assertThat(dead.replayAll()).satisfies(replayed -> {
                assertThat(replayed.replayed()).isEqualTo(20);
                assertThat(replayed.failed()).isEqualTo(1);
                assertThat(replayed.firstError())
                        .hasValueSatisfying(
                                error -> assertThat(error).endsWith("its consumer gone is not registered any more"));
            });
            eventually(() -> assertThat(handled).extracting(Event::data).isEqualTo(numbers(20)));
        }
        assertThat(dead.list(100)).extracting(DeadLetter::reason).containsExactly("no x");
        assertThat(dead.replayAll().replayed()).isZero();
    }

    @Test
    void thereIsNothingToReplayTwice() {
        try (StreamConsumer consumer = start("c")) {
            sender().send(NewEvent.of("a"));
            eventually(() -> assertThat(dead.list(100)).hasSize(1));
        }
        long id = dead.list(100).get(0).id();
        dead.replay(id);
        assertThatThrownBy(() -> dead.replay(id)).hasMessage("dead letter entry not found: " + id);
    }

    @Test
    void purgeRemovesTheOldOnes() {
        try (StreamConsumer consumer = start("c")) {
            sendNumbers(4);
            eventually(() -> assertThat(dead.list(100)).hasSize(4));
        }
        database.run("update pgque.dead_letter set dl_time = now() - interval '3 hours' where ev_data in ('1', '2')");
        assertThat(dead.purge(Duration.ofDays(1))).isZero();
        assertThat(dead.purge(Duration.ofHours(2))).isEqualTo(2);
        assertThat(dead.list(100)).extracting(letter -> letter.event().data()).containsExactly("4", "3");
        assertThat(dead.purge(Duration.ZERO)).isEqualTo(2);
        assertThat(dead.list(100)).isEmpty();
    }
}
