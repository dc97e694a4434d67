package dev.howdah.benchmark;

import dev.howdah.testkit.TestDatabase;
import java.time.Duration;

public class BenchMain {
    public static void main(String[] a) throws Exception {
        try (TestDatabase db = TestDatabase.installed();
                Bench bench = new Bench(db.dataSource(), System.err::println)) {
            for (String w : a) {
                Workload x = switch (w) {
                    case "single" -> new SingleSends(Duration.ofSeconds(3), 3);
                    case "bulk" -> new BulkSend(100_000, 5);
                    case "consume" -> new Consume(100_000, 5);
                    case "l100" -> new DeliveryLatency(100, Duration.ofSeconds(10));
                    case "l1000" -> new DeliveryLatency(1000, Duration.ofSeconds(10));
                    case "h100" -> new UnderHeldSnapshot(100, Duration.ofSeconds(60), Duration.ofSeconds(10));
                    case "h1000" -> new UnderHeldSnapshot(1000, Duration.ofSeconds(60), Duration.ofSeconds(10));
                    default -> throw new Error();
                };
                x.measure(bench).forEach(System.out::println);
            }
        }
        System.exit(0);
    }
}
