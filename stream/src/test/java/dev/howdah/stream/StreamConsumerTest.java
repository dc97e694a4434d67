package dev.howdah.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.howdah.core.DutyLoop;
import dev.howdah.core.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a consumer is given, alone and beside others, and what goes to another one when it ends. */
class StreamConsumerTest extends StreamClientBase {

    private final List<String> seen = new CopyOnWriteArrayList<>();
    private DutyLoop server;

    @BeforeEach
    void startServer() {
        server = server();
    }

    @AfterEach
    void stopServer() {
        server.close();
    }

    private Outcome see(Event event) {
        seen.add(event.data());
        return Outcome.done();
    }

    @Test
    void everyConsumerGetsEveryEventInOrder() {
        List<String> others = new CopyOnWriteArrayList<>();
        try (StreamConsumer billing = consumer("billing").handle(this::see).start();
                StreamConsumer shipping = consumer("shipping")
                        .handle(event -> {
                            others.add(event.data());
                            return Outcome.done();
                        })
                        .start()) {
            sender().send(NewEvent.of("1"));
            sender().sendAll(List.of(NewEvent.of("2"), NewEvent.of("3")));
            sender().load(List.of(NewEvent.of("4"), NewEvent.of("5\t\\\n")).iterator());
            eventually(() -> {
                assertThat(seen).containsExactly("1", "2", "3", "4", "5\t\\\n");
                assertThat(others).containsExactly("1", "2", "3", "4", "5\t\\\n");
            });
        }
    }

    @Test
    void anEventComesAsItWasSent() {
        List<Event> events = new CopyOnWriteArrayList<>();
        try (StreamConsumer consumer = consumer("c")
                .handle(event -> {
                    events.add(event);
                    return Outcome.done();
                })
                .start()) {
            long id = sender().send(new NewEvent("t", "d", "1", "2", "3", "4"));
            sender().send(new NewEvent(null, null, null, null, null, null));
            eventually(() -> assertThat(events).hasSize(2));
            Event event = events.get(0);
            assertThat(event).isEqualTo(new Event(id, event.time(), 0, "t", "d", "1", "2", "3", "4"));
            assertThat(event.key()).isEqualTo("1");
            assertThat(database.value(
                            "select ev_time = '%s' from pgque.event_1 where ev_id = %d".formatted(event.time(), id)))
                    .isEqualTo("t");
            assertThat(events.get(1).type()).isNull();
            assertThat(events.get(1).data()).isNull();
            assertThat(events.get(1).key()).isNull();
        }
    }

    @Test
    void whatPiledUpComesInPartsInOrder() {
        streams.configure(STREAM, StreamSettings.none().batchMaxCount(1_000));
        streams.subscribe(STREAM, "c");
        sender().load(IntStream.rangeClosed(1, 50_000)
                .mapToObj(i -> NewEvent.of("" + i))
                .iterator());
        List<Integer> sizes = new CopyOnWriteArrayList<>();
        AtomicInteger last = new AtomicInteger();
        AtomicBoolean inOrder = new AtomicBoolean(true);
        try (StreamConsumer consumer = consumer("c")
                .handleBatches(batch -> {
                    sizes.add(batch.events().size());
                    batch.events()
                            .forEach(event -> inOrder.compareAndSet(
                                    true, Integer.parseInt(event.data()) == last.incrementAndGet()));
                })
                .start()) {
            eventually(() -> assertThat(last).hasValue(50_000));
        }
        assertThat(inOrder).isTrue();
        assertThat(sizes).hasSize(50).containsOnly(1_000);
    }

    @Test
    void retriesThatComeBackTogetherComeInPartsToo() {
        streams.configure(STREAM, StreamSettings.none().batchMaxCount(1_000));
        streams.subscribe(STREAM, "c");
        sender().sendAll(IntStream.rangeClosed(1, 1_000)
                .mapToObj(i -> NewEvent.of("" + i))
                .toList());
        String nextBatch = "select pgque.next_batch('%s', 'c')".formatted(STREAM);
        eventually(() -> assertThat(database.value(nextBatch)).matches("[0-9]+"));
        database.run("select pgque.batch_retry((%1$s), 3600), pgque.finish_batch((%1$s))".formatted(nextBatch));
        for (int i = 0; i < 2; i++) { // so that hardly an id is drawn in the window they come back in
            sender().send(NewEvent.of("between"));
            eventually(() -> assertThat(database.value(nextBatch)).matches("[0-9]+"));
            database.run("select pgque.finish_batch((%s))".formatted(nextBatch));
        }
        database.run("update pgque.retry_queue set ev_retry_after = now()");
        streams.configure(STREAM, StreamSettings.none().batchMaxCount(100));
        List<Integer> sizes = new CopyOnWriteArrayList<>();
        AtomicInteger again = new AtomicInteger();
        try (StreamConsumer consumer = consumer("c")
                .handleBatches(batch -> {
                    sizes.add(batch.events().size());
                    again.addAndGet((int) batch.events().stream()
                            .filter(event -> event.retry() == 1)
                            .count());
                })
                .start()) {
            eventually(() -> assertThat(again).hasValue(1_000));
        }
        assertThat(sizes).allMatch(size -> size <= 100);
    }

    @Test
    void instancesOfAConsumerHaveOneBatchAtATime() {
        streams.configure(STREAM, StreamSettings.none().batchMaxCount(5));
        streams.subscribe(STREAM, "c");
        AtomicInteger atWork = new AtomicInteger();
        AtomicBoolean twice = new AtomicBoolean();
        EventHandler handler = event -> {
            twice.compareAndSet(false, atWork.incrementAndGet() > 1);
            Thread.yield();
            see(event);
            atWork.decrementAndGet();
            return Outcome.done();
        };
        try (StreamConsumer one = consumer("c").handle(handler).start();
                StreamConsumer two = consumer("c").handle(handler).start();
                StreamConsumer three = consumer("c").handle(handler).start()) {
            for (int i = 0; i < 500; i += 10) {
                int first = i + 1;
                sender().sendAll(IntStream.range(first, first + 10)
                        .mapToObj(n -> NewEvent.of("" + n))
                        .toList());
            }
            eventually(() -> assertThat(seen).hasSizeGreaterThanOrEqualTo(500));
        }
        assertThat(twice).isFalse();
        assertThat(seen).isEqualTo(numbers(500));
    }

    @Test
    void anotherInstanceGoesOnAtOnceAfterOneThatWasClosed() {
        CountDownLatch atSecond = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        streams.subscribe(STREAM, "c");
        sendNumbers(10);
        StreamConsumer one = consumer("c")
                .lease(Duration.ofHours(1))
                .handle(event -> {
                    if (event.data().equals("2")) {
                        atSecond.countDown();
                        await(go);
                    }
                    return see(event);
                })
                .start();
        await(atSecond);
        Thread closing = new Thread(one::close);
        closing.start();
        eventually(() -> assertThat(closing.getState()).isEqualTo(Thread.State.TIMED_WAITING));
        go.countDown();
        try (StreamConsumer two = consumer("c").handle(this::see).start()) {
            eventually(() -> assertThat(seen).isEqualTo(numbers(10)));
        }
    }

    @Test
    void whatAWorkerHadFetchedButNotBegunComesToAnotherAtOnce() {
        streams.subscribe(STREAM, "c");
        sendNumbers(3);
        Subscriber subscriber =
                new Subscribers(database.dataSource(), STREAM, "c").whole().get(0);
        BatchFetcher fetcher = new BatchFetcher(database.dataSource(), subscriber, "one", Duration.ofHours(1));
        Delivery delivery = Awaitility.await() // none while the ticker is at it
                .until(() -> fetcher.next(null, Duration.ZERO), Optional::isPresent)
                .orElseThrow();
        assertThat(new BatchFetcher(database.dataSource(), subscriber, "two", LONG).next(null, Duration.ZERO))
                .isEmpty();
        fetcher.release(delivery);
        fetcher.rest();
        try (StreamConsumer two = consumer("c").handle(this::see).start()) {
            eventually(() -> assertThat(seen).isEqualTo(numbers(3)));
        }
    }

    @Test
    void aHandlerIsGivenTimeToEndWithinWhichItsBatchStaysItsOwn() {
        streams.subscribe(STREAM, "c");
        sendNumbers(2);
        CountDownLatch began = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        List<String> others = new CopyOnWriteArrayList<>();
        Duration lease = Duration.ofMillis(500);
        StreamConsumer one = consumer("c")
                .lease(lease)
                .handle(event -> {
                    began.countDown();
                    await(go);
                    return see(event);
                })
                .start();
        await(began);
        Thread closing = new Thread(one::close);
        closing.start();
        try (StreamConsumer two = consumer("c")
                .lease(lease)
                .handle(event -> {
                    others.add(event.data());
                    return Outcome.done();
                })
                .start()) {
            String since = database.value("select clock_timestamp() + interval '1.5 s'");
            eventually(() -> assertThat(database.value("select clock_timestamp() > '%s'".formatted(since)))
                    .isEqualTo("t"));
            assertThat(others).isEmpty();
            go.countDown();
            eventually(() -> assertThat(others).containsExactly("2"));
        }
        assertThat(seen).containsExactly("1");
    }

    @Test
    void aHandlerThatDoesNotEndIsInterruptedAndItsEventComesAgainUncounted() {
        streams.subscribe(STREAM, "c");
        sendNumbers(2);
        CountDownLatch atSecond = new CountDownLatch(1);
        StreamConsumer one = consumer("c")
                .lease(Duration.ofHours(1))
                .drainTimeout(Duration.ofMillis(50))
                .handle(event -> {
                    if (event.data().equals("2")) {
                        atSecond.countDown();
                        new CountDownLatch(1).await();
                    }
                    return see(event);
                })
                .start();
        await(atSecond);
        one.close();
        List<String> tries = new CopyOnWriteArrayList<>();
        try (StreamConsumer two = consumer("c")
                .handle(event -> {
                    tries.add(event.data() + event.retry());
                    return see(event);
                })
                .start()) {
            eventually(() -> assertThat(tries).containsExactly("20"));
        }
    }

    @Test
    void settingsThatCannotBeAreRefused() {
        assertThatThrownBy(() -> consumer("c").start())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("a consumer needs a handler");
        assertThatThrownBy(() -> consumer("c").handle(this::see).handleBatches(batch -> {}))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> consumer("c").lease(Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> consumer("c").poll(Duration.ofSeconds(-1)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> consumer("c").shared(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> consumer("c").partitions(0)).isInstanceOf(IllegalArgumentException.class);
    }
}
