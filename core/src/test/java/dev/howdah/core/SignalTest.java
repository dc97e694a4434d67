package dev.howdah.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SignalTest {

    private final Signal signal = new Signal();

    @Test
    void isHeardByTheNextWaitAndOnlyOnce() throws InterruptedException {
        signal.raise();
        signal.raise();
        assertThat(signal.await(Duration.ofHours(1))).isTrue();
        assertThat(signal.await(Duration.ZERO)).isFalse();
        assertThat(signal.await(Duration.ofMillis(1))).isFalse();
    }

    @Test
    void takesTheLongestOfDurations() throws InterruptedException {
        signal.raise();
        assertThat(signal.await(ChronoUnit.FOREVER.getDuration())).isTrue();
    }

    @Test
    void losesNoRing() throws InterruptedException {
        AtomicInteger work = new AtomicInteger();
        int rings = 100_000;
        Thread ringer = Threads.start("ringer", () -> {
            for (int i = 0; i < rings; i++) {
                work.incrementAndGet();
                signal.raise();
            }
        });
        for (int seen = 0; seen < rings; seen = work.get()) {
            assertThat(signal.await(Duration.ofSeconds(20))).isTrue();
        }
        ringer.join();
    }
}
