package dev.howdah.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.howdah.core.HowdahException;
import dev.howdah.core.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StreamsTest extends StreamClientBase {

    @Test
    void createSaysWhetherTheStreamIsNew() {
        assertThat(streams.create("new")).isTrue();
        assertThat(streams.create("new")).isFalse();
    }

    @Test
    void ofManyWhoCreateAStreamAtOnceOneDoes() {
        List<CompletableFuture<Boolean>> created = IntStream.range(0, 8)
                .mapToObj(i -> CompletableFuture.supplyAsync(() -> streams.create("new")))
                .toList();
        assertThat(created).extracting(CompletableFuture::join).containsOnlyOnce(true);
    }

    @Test
    void errorsNameTheStream() {
        assertRefused("nowhere", "Event queue not created yet", name -> streams.subscribe(name, "c"));
        assertRefused("nowhere", "Event queue not created yet", name -> streams.replay(name, "c", 1));
        assertRefused("nowhere", "No such event queue", name -> streams.drop(name, true));
        assertRefused(
                "nowhere",
                "No such event queue",
                name -> streams.configure(name, StreamSettings.none().maxRetries(1)));
        assertRefused(
                "nowhere",
                "queue not found: nowhere",
                name -> streams.deadLetters(name).list(1));
        assertRefused(
                "nowhere",
                "Event queue not created yet",
                name -> streams.consumer(name, "c")
                        .handle(event -> Outcome.done())
                        .start());
        assertRefused(
                "x".repeat(58),
                "a queue's name has 1 to 57 bytes, this one has 58: " + "x".repeat(58),
                streams::create);
        streams.subscribe(STREAM, "c");
        assertRefused(STREAM, "cannot drop queue, consumers still attached", name -> streams.drop(name, false));
        assertRefused(STREAM, "cannot reposition, tick not found: 77", name -> streams.replay(name, "c", 77));
    }

    private static void assertRefused(String stream, String message, Consumer<String> call) {
        HowdahException refusal = catchThrowableOfType(HowdahException.class, () -> call.accept(stream));
        assertThat(refusal).hasMessage(message);
        assertThat(refusal.queue()).contains(stream);
    }

    @Test
    void configureSetsWhatIsNamed() {
        streams.configure(
                STREAM,
                StreamSettings.none()
                        .batchMaxCount(7)
                        .maxRetries(0)
                        .rotationPeriod(Duration.ofMinutes(90))
                        .tickerMaxCount(11)
                        .tickerMaxLag(Duration.ofMillis(1_500))
                        .tickerIdlePeriod(Duration.ofDays(2))
                        .tickerPaused(true));
        streams.configure(STREAM, StreamSettings.none().batchMaxCount(8));
        assertThat(database.value("""
                select concat_ws(', ', queue_batch_max_count, queue_max_retries, queue_rotation_period,
                                 queue_ticker_max_count, queue_ticker_max_lag, queue_ticker_idle_period,
                                 queue_ticker_paused)
                  from pgque.queue""")).isEqualTo("8, 0, 01:30:00, 11, 00:00:01.5, 48:00:00, t");
    }

    @Test
    void configureSetsAllOrNothing() {
        assertThatThrownBy(() -> streams.configure(
                        STREAM, StreamSettings.none().maxRetries(3).batchMaxCount(0)))
                .isInstanceOf(HowdahException.InvalidInput.class)
                .hasMessage("set_queue_config: batch_max_count must be > 0, got 0");
        assertThat(database.value("select queue_max_retries from pgque.queue")).isEqualTo("null");
    }

    @Test
    void listShowsEachStream() {
        streams.create("another");
        streams.subscribe(STREAM, "c");
        sendNumbers(3);
        assertThat(streams.list()).extracting(StreamInfo::name).containsExactly("another", STREAM);
        StreamInfo info = streams.list().get(1);
        assertThat(info.consumers()).isEqualTo(1);
        assertThat(info.unticked()).isEqualTo(3);
        assertThat(info.rotationPeriod()).isEqualTo(Duration.ofHours(2));
        assertThat(info.bytes()).isPositive();
        streams.drop(STREAM, true);
        assertThat(streams.list()).extracting(StreamInfo::name).containsExactly("another");
    }

    @Test
    void consumersShowsHowFarEachIs() {
        assertThat(streams.subscribe(STREAM, "c")).isTrue();
        assertThat(streams.subscribe(STREAM, "c")).isFalse();
        sendNumbers(3);
        database.run("select howdah_stream.tick_round(null)");
        assertThat(streams.consumers(STREAM)).singleElement().satisfies(consumer -> {
            assertThat(consumer.name()).isEqualTo("c");
            assertThat(consumer.pending()).isEqualTo(3);
        });
        assertThat(streams.consumers("nowhere")).isEmpty();
        assertThat(streams.unsubscribe(STREAM, "c")).isTrue();
        assertThat(streams.unsubscribe(STREAM, "c")).isFalse();
        assertThat(streams.consumers(STREAM)).isEmpty();
    }

    @Test
    void aNewConsumerGetsWhatIsSentAfterItsRegistration() {
        sendNumbers(3);
        List<String> seen = new CopyOnWriteArrayList<>();
        streams.subscribe(STREAM, "c");
        sender().send(NewEvent.of("after"));
        try (StreamConsumer consumer =
                consumer("c").handle(event -> seen(seen, event)).start()) {
            eventually(() -> assertThat(seen).containsExactly("after"));
        }
    }

    @Test
    void replayGivesAgainWhatCameAfterATick() {
        List<String> seen = new CopyOnWriteArrayList<>();
        Map<String, Long> ticks = new ConcurrentHashMap<>();
        try (StreamConsumer consumer = consumer("c")
                .handleBatches(batch -> batch.events().forEach(event -> {
                    seen.add(event.data());
                    ticks.put(event.data(), batch.tick());
                }))
                .start()) {
            for (String data : List.of("a", "b", "c")) {
                sender().send(NewEvent.of(data));
                eventually(() -> assertThat(ticks).containsKey(data));
            }
            eventually(() ->
                    assertThat(streams.consumers(STREAM).get(0).lastTick()).isEqualTo(ticks.get("c")));
            streams.replay(STREAM, "c", ticks.get("a"));
            eventually(() -> assertThat(seen).containsExactly("a", "b", "c", "b", "c"));
        }
    }

    private static Outcome seen(List<String> seen, Event event) {
        seen.add(event.data());
        return Outcome.done();
    }
}
