package dev.howdah.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.howdah.core.Outcome;
import dev.howdah.core.Wakeups;
import dev.howdah.testkit.TestDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Several workers of one consumer, here and in other processes: without order, or in the order of each key. */
class SharedConsumersTest {

    private static final Duration LONG = Duration.ofSeconds(60);

    @AutoClose
    final TestDatabase database = TestDatabase.installed();

    @AutoClose
    final Wakeups wakeups = Wakeups.over(database.dataSource());

    final Streams streams = Streams.over(database.dataSource(), database.dataSource(), wakeups);

    @BeforeEach
    void create() {
        streams.create("orders");
        streams.configure("orders", StreamSettings.none().batchMaxCount(10));
    }

    @Test
    void workersOfASharedConsumerAreAtWorkAtTheSameTimeAndGetEachEventOnce() {
        Queue<String> seen = new ConcurrentLinkedQueue<>();
        CountDownLatch both = new CountDownLatch(2);
        streams.subscribe("orders", "other"); // which nobody reads
        try (StreamConsumer first = shared(2, seen, both)) {
            sendKeyed(0, 20);
            await().atMost(LONG).until(() -> seen.size() == 20);
            try (StreamConsumer second = shared(2, seen, both)) {
                sendKeyed(20, 60);
                await().atMost(LONG).until(() -> seen.size() == 60);
            }
        }
        assertThat(seen).doesNotHaveDuplicates().hasSize(60);
        assertThat(streams.consumers("orders").stream().map(ConsumerInfo::name))
                .contains("billing", "billing.1", "billing.2")
                .hasSizeLessThanOrEqualTo(6);
    }

    /** Each worker's first event waits until as many workers have one. */
    private StreamConsumer shared(int workers, Queue<String> seen, CountDownLatch both) {
        Set<Thread> begun = ConcurrentHashMap.newKeySet();
        return streams.consumer("orders", "billing")
                .shared(workers)
                .handle(event -> {
                    if (begun.add(Thread.currentThread())) {
                        both.countDown();
                        assertThat(both.await(60, TimeUnit.SECONDS)).isTrue();
                    }
                    seen.add(String.valueOf(event.data()));
                    return Outcome.done();
                })
                .start();
    }

    @Test
    void whatAStoppedWorkerHadNotBegunGoesToTheOthersAtOnce() throws InterruptedException {
        Queue<String> seen = new ConcurrentLinkedQueue<>();
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        StreamConsumer first = streams.consumer("orders", "billing")
                .shared(2)
                .lease(Duration.ofHours(1))
                .handle(event -> {
                    begun.countDown();
                    goOn.await();
                    seen.add(String.valueOf(event.data()));
                    return Outcome.done();
                })
                .start();
        sendKeyed(0, 10);
        assertThat(begun.await(60, TimeUnit.SECONDS)).isTrue();
        Thread closing = new Thread(first::close);
        closing.start();
        await().atMost(LONG).until(() -> closing.getState() == Thread.State.TIMED_WAITING);
        goOn.countDown();
        closing.join();
        assertThat(seen).containsExactly("0");
        try (StreamConsumer second = shared(2, seen, new CountDownLatch(0))) {
            await().atMost(LONG).until(() -> seen.size() >= 10);
        }
        assertThat(seen).doesNotHaveDuplicates().hasSize(10);
    }

    @Test
    void partitionsKeepTheOrderOfEachKeyOverInstances() {
        Map<String, List<Integer>> byKey = new ConcurrentHashMap<>();
        Queue<String> seen = new ConcurrentLinkedQueue<>();
        try (StreamConsumer first = partitioned(byKey, seen);
                StreamConsumer second = partitioned(byKey, seen)) {
            sendKeyed(0, 300);
            await().atMost(LONG).until(() -> seen.size() == 300);
        }
        assertThat(seen).doesNotHaveDuplicates();
        assertThat(byKey).hasSize(7);
        assertThat(byKey.values()).allSatisfy(numbers -> assertThat(numbers).isSorted());
    }

    private StreamConsumer partitioned(Map<String, List<Integer>> byKey, Queue<String> seen) {
        return streams.consumer("orders", "ledger")
                .partitions(4)
                .handle(event -> {
                    byKey.computeIfAbsent(
                                    String.valueOf(event.key()), key -> Collections.synchronizedList(new ArrayList<>()))
                            .add(Integer.valueOf(String.valueOf(event.data())));
                    seen.add(String.valueOf(event.data()));
                    return Outcome.done();
                })
                .start();
    }

    private void sendKeyed(int from, int to) {
        streams.sender("orders")
                .sendAll(IntStream.range(from, to)
                        .mapToObj(i -> NewEvent.of(Integer.toString(i)).withKey("key" + i % 7))
                        .collect(Collectors.toList()));
    }
}
