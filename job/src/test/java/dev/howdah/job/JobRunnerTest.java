package dev.howdah.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.howdah.core.Outcome;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class JobRunnerTest {

    private static final int MANY = 50_000;

    private final List<Long> begun = Collections.synchronizedList(new ArrayList<>());
    private final JobTimeouts timeouts = new JobTimeouts();
    private final AtomicInteger withoutThread = new AtomicInteger();
    private final JobRunner runner = new JobRunner(1, () -> {}, (execution, reason) -> withoutThread.incrementAndGet());

    @Test
    void runsSoManyAtATimeAndTheOthersInTheirOrder() {
        CountDownLatch go = new CountDownLatch(1);
        runner.run(executions(1, 100, go));
        await().until(() -> begun.size() == 1);
        assertThat(runner.room()).isEqualTo(-99);

        go.countDown();
        await().until(() -> runner.room() == 1);
        assertThat(begun).hasSize(100).isSorted();
        assertThat(runner.endedUntilNow()).isEqualTo(100);
    }

    @Test
    void tellsOfEachThatGetsNoThreadHoweverManyThereAre() {
        CountDownLatch go = new CountDownLatch(1);
        runner.run(executions(0, MANY, go));
        await().until(() -> begun.size() == 1);

        runner.close();
        go.countDown();
        await().until(() -> runner.room() == 1);
        assertThat(withoutThread).hasValue(MANY);
        assertThat(begun).containsExactly(0L);
    }

    private List<JobExecution> executions(long first, long last, CountDownLatch go) {
        return LongStream.rangeClosed(first, last)
                .mapToObj(id -> execution(id, go))
                .toList();
    }

    private JobExecution execution(long id, CountDownLatch go) {
        Job job = new Job(id, "a", new byte[0], 0, 0, Instant.EPOCH, null, null);
        JobHandler handler = handled -> {
            begun.add(handled.id());
            go.await();
            return Outcome.done();
        };
        Entrypoint entrypoint = new Entrypoint(
                "a", Entrypoint.oneByOne(handler), 1, null, RetryPolicy.never(), JobWorker.OnFailure.DELETE);
        return new JobExecution(List.of(job), entrypoint, timeouts, (execution, end) -> {});
    }
}
