package dev.howdah.stream;

import dev.howdah.core.Backoff;
import dev.howdah.core.Duty;
import java.time.Duration;
import java.util.List;

/** Gives a sign of life for batches that are being handled, three times in a lease. */
final class LeaseRenewal implements Duty {

    private final List<ConsumerLoop> loops;
    private final Duration every;

    LeaseRenewal(List<ConsumerLoop> loops, Duration lease) {
        this.loops = loops;
        this.every = lease.dividedBy(3);
    }

    /** After an outage it is in time again. */
    Backoff backoff() {
        Duration first = Duration.ofMillis(100);
        return new Backoff(every.compareTo(first) < 0 ? every : first, every);
    }

    @Override
    public String name() {
        return "stream-lease";
    }

    @Override
    public Duration idle() {
        return every;
    }

    @Override
    public int doWork() {
        for (ConsumerLoop loop : loops) {
            Delivery delivery = loop.delivery();
            if (delivery != null && delivery.age().compareTo(every.dividedBy(2)) > 0) {
                loop.fetcher().renew(delivery);
            }
        }
        return 0;
    }
}
