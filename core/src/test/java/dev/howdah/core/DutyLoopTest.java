package dev.howdah.core;

import static dev.howdah.core.TestDuty.NEVER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class DutyLoopTest {

    private static final Backoff SHORT = new Backoff(Duration.ofMillis(1), Duration.ofMillis(20));

    @Test
    void goesOnAtOnceWhileThereIsWorkAndThenWaitsForTheSignal() {
        AtomicInteger work = new AtomicInteger(50);
        TestDuty duty = TestDuty.idling(NEVER, () -> Math.max(0, work.getAndDecrement()));
        try (DutyLoop loop = start(duty)) {
            await().until(() -> duty.rounds.get() == 51);
            duty.signal.raise();
            await().until(() -> duty.rounds.get() == 52);
            assertThat(loop.leads(duty)).isFalse();
        }
    }

    @Test
    void looksAgainAfterItsIdleTime() {
        TestDuty duty = TestDuty.idling(Duration.ofMillis(5), () -> 0);
        try (DutyLoop loop = start(duty)) {
            await().until(() -> duty.rounds.get() > 5);
        }
    }

    @Test
    void aSignalDuringARoundMeansAnotherRound() throws InterruptedException {
        CountDownLatch inRound = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        TestDuty duty = TestDuty.idling(NEVER, () -> {
            inRound.countDown();
            go.await();
            return 0;
        });
        try (DutyLoop loop = start(duty)) {
            inRound.await();
            duty.signal.raise();
            go.countDown();
            await().until(() -> duty.rounds.get() == 2);
        }
    }

    @Test
    void survivesWhateverIsThrown() {
        AtomicInteger n = new AtomicInteger();
        TestDuty duty = TestDuty.idling(NEVER, () -> {
            switch (n.getAndIncrement()) {
                case 0 -> throw new IllegalStateException("once");
                case 1 -> throw new StackOverflowError();
                case 2 -> throw new InterruptedException("not by the loop");
                case 3 -> Thread.currentThread().interrupt();
                default -> {}
            }
            return n.get() < 6 ? 1 : 0;
        });
        try (DutyLoop loop = start(duty)) {
            await().until(() -> n.get() == 6);
            duty.signal.raise();
            await().until(() -> n.get() == 7);
        }
    }

    @Test
    void waitsLongerAndLongerAfterErrorsAndShortlyAgainOnceItWorked() {
        AtomicInteger n = new AtomicInteger();
        AtomicInteger asked = new AtomicInteger();
        AtomicReference<String> pauses = new AtomicReference<>("");
        Backoff counted = new Backoff(Duration.ofMillis(1), Duration.ofMillis(64), () -> {
            asked.incrementAndGet();
            return 0.5;
        });
        long[] last = {0};
        TestDuty duty = TestDuty.idling(NEVER, () -> {
            long now = System.nanoTime();
            if (n.getAndIncrement() > 0) {
                pauses.updateAndGet(all -> all + (now - last[0]) / 1_000_000 + " ");
            }
            last[0] = now;
            if (n.get() == 8) {
                return 1;
            }
            if (n.get() < 10) {
                throw new IllegalStateException("down");
            }
            return 0;
        });
        try (DutyLoop loop = DutyLoop.builder().duty(duty).backoff(counted).start()) {
            await().until(() -> n.get() == 10);
        }
        String[] waited = pauses.get().split(" ");
        for (int i = 0; i < 7; i++) {
            assertThat(Integer.parseInt(waited[i])).as(pauses.get()).isGreaterThanOrEqualTo(1 << i);
        }
        assertThat(asked).hasValue(8);
    }

    @Test
    void closeLetsARoundEnd() throws InterruptedException {
        CountDownLatch inRound = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        AtomicBoolean ended = new AtomicBoolean();
        TestDuty duty = TestDuty.idling(NEVER, () -> {
            inRound.countDown();
            go.await();
            ended.set(true);
            return 1;
        });
        DutyLoop loop = start(duty);
        inRound.await();
        Thread closing = Threads.start("closing", loop::close);
        await().until(() -> closing.getState() == Thread.State.TIMED_WAITING);
        go.countDown();
        closing.join();
        assertThat(ended).isTrue();
        assertThat(duty.rounds).hasValue(1);
        loop.close();
    }

    @Test
    void closeInterruptsWhatDoesNotEnd() throws InterruptedException {
        CountDownLatch inRound = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        TestDuty duty = TestDuty.idling(NEVER, () -> {
            inRound.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                interrupted.countDown();
                throw e;
            }
            return 1;
        });
        DutyLoop loop =
                DutyLoop.builder().duty(duty).stopTimeout(Duration.ofMillis(20)).start();
        inRound.await();
        loop.close();
        interrupted.await();
        assertThat(duty.rounds).hasValue(1);
    }

    @Test
    void aDutyMayCloseItsOwnLoop() throws InterruptedException {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch closed = new CountDownLatch(1);
        AtomicReference<DutyLoop> loop = new AtomicReference<>();
        loop.set(start(TestDuty.idling(NEVER, () -> {
            started.await();
            loop.get().close();
            closed.countDown();
            return 1;
        })));
        started.countDown();
        closed.await();
    }

    @Test
    void onceOnlyDutiesNeedAPlaceForTheirLocks() {
        assertThatThrownBy(() -> start(TestDuty.onceOnly("a")))
                .hasMessage("once-only duties need leadershipOver(dataSource)");
    }

    private static DutyLoop start(Duty duty) {
        return DutyLoop.builder().duty(duty).backoff(SHORT).start();
    }
}
