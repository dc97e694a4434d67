package dev.howdah.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.howdah.core.Outcome;
import dev.howdah.core.Wakeups;
import dev.howdah.testkit.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class StreamConsumerTest {

    @AutoClose
    final TestDatabase database = TestDatabase.installed();

    @AutoClose
    final Wakeups wakeups = Wakeups.over(database.dataSource());

    final Streams streams = Streams.over(database.dataSource(), database.dataSource(), wakeups);

    @Test
    void everyConsumerGetsEveryEventInOrder() {
        streams.create("orders");
        List<String> billed = new CopyOnWriteArrayList<>();
        List<String> shipped = new CopyOnWriteArrayList<>();
        try (StreamConsumer billing = streams.consumer("orders", "billing")
                        .handle(event -> done(billed, event))
                        .start();
                StreamConsumer shipping = streams.consumer("orders", "shipping")
                        .handle(event -> done(shipped, event))
                        .start()) {
            StreamSender orders = streams.sender("orders");
            orders.send(NewEvent.of("1"));
            orders.sendAll(List.of(NewEvent.of("2"), NewEvent.of("3")));
            orders.load(List.of(NewEvent.of("4"), NewEvent.of("5\t\\\n")).iterator());

            await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
                assertThat(billed).containsExactly("1", "2", "3", "4", "5\t\\\n");
                assertThat(shipped).containsExactly("1", "2", "3", "4", "5\t\\\n");
            });
        }
    }

    private static Outcome done(List<String> seen, Event event) {
        seen.add(event.data());
        return Outcome.done();
    }
}
