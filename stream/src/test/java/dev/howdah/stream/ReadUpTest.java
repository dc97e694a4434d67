package dev.howdah.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.core.Outcome;
import dev.howdah.core.Wakeups;
import dev.howdah.testkit.TestDatabase;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A consumer that is to end: when all was read, or when its handler has had enough. */
@Timeout(60)
class ReadUpTest {

    @AutoClose
    final TestDatabase database = TestDatabase.installed();

    @AutoClose
    final Wakeups wakeups = Wakeups.over(database.dataSource());

    final Streams streams = Streams.over(database.dataSource(), database.dataSource(), wakeups);
    final List<String> seen = new CopyOnWriteArrayList<>();

    @Test
    void saysWhenAllIsHandledThatWasSentBefore() throws InterruptedException {
        streams.create("orders");
        try (StreamConsumer consumer =
                streams.consumer("orders", "billing").handle(this::done).start()) {
            consumer.awaitReadUp();
            assertThat(seen).isEmpty();
            for (int i = 0; i < 20; i++) {
                streams.sender("orders").send(NewEvent.of("" + i));
                consumer.awaitReadUp();
                assertThat(seen).hasSize(i + 1);
            }
        }
    }

    @Test
    void aHandlerStopsItsConsumerWithinABatchAndTheRestComesToTheNext() throws InterruptedException {
        streams.create("orders");
        streams.subscribe("orders", "billing");
        streams.sender("orders")
                .sendAll(List.of(NewEvent.of("1"), NewEvent.of("2"), NewEvent.of("3"), NewEvent.of("4")));
        CompletableFuture<StreamConsumer> started = new CompletableFuture<>();
        try (StreamConsumer consumer = streams.consumer("orders", "billing")
                .handle(event -> {
                    if (event.id() == 2) {
                        started.join().stop();
                    }
                    return done(event);
                })
                .start()) {
            started.complete(consumer);
            consumer.awaitReadUp();
        }
        assertThat(seen).containsExactly("1", "2");
        assertThat(only(streams.consumers("orders")).busy()).isFalse();

        try (StreamConsumer consumer =
                streams.consumer("orders", "billing").handle(this::done).start()) {
            consumer.awaitReadUp();
        }
        assertThat(seen).containsExactly("1", "2", "3", "4");
    }

    @Test
    void saysWhoIsAtWork() throws InterruptedException {
        streams.create("orders");
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        try (StreamConsumer consumer = streams.consumer("orders", "billing")
                .handle(event -> {
                    begun.countDown();
                    end.await();
                    return done(event);
                })
                .start()) {
            streams.sender("orders").send(NewEvent.of("1"));
            begun.await();
            assertThat(only(streams.consumers("orders")).busy()).isTrue();
            end.countDown();
            consumer.awaitReadUp();
            assertThat(only(streams.consumers("orders")).busy()).isFalse();
        }
    }

    private static ConsumerInfo only(List<ConsumerInfo> consumers) {
        assertThat(consumers).hasSize(1);
        return consumers.get(0);
    }

    private Outcome done(Event event) {
        seen.add(event.data());
        return Outcome.done();
    }
}
