package dev.howdah.job;

import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The jobs that one worker has picked and not yet settled, each with the execution that it is in. */
final class InFlight {

    private final ConcurrentHashMap<Long, JobExecution> executions = new ConcurrentHashMap<>();
    /** How many jobs are being sent that are in flight once they are. */
    private final AtomicInteger expected = new AtomicInteger();

    void expect() {
        expected.incrementAndGet();
    }

    /** One that was expected is in flight, or will never be. */
    void expectNoMore() {
        expected.decrementAndGet();
        tellIfEmpty();
    }

    void picked(JobExecution execution) {
        execution.jobs().forEach(job -> executions.put(job.id(), execution));
    }

    /** A job that was put back may be in flight again by now, so it goes only if it is still in this execution. */
    void settled(long jobId, JobExecution execution) {
        executions.remove(jobId, execution);
        tellIfEmpty();
    }

    private void tellIfEmpty() {
        if (isEmpty()) {
            synchronized (this) {
                notifyAll();
            }
        }
    }

    boolean isEmpty() {
        return expected.get() == 0 && executions.isEmpty();
    }

    /** As they are from moment to moment. */
    Set<Long> ids() {
        return Collections.unmodifiableSet(executions.keySet());
    }

    int size() {
        return executions.size();
    }

    Optional<JobExecution> of(long jobId) {
        return Optional.ofNullable(executions.get(jobId));
    }

    Map<Long, JobExecution> byId() {
        return Map.copyOf(executions);
    }

    Collection<JobExecution> all() {
        return Set.copyOf(executions.values());
    }

    /** Waits until every job is settled, and none is expected. @return false if that took longer than {@code timeout} */
    synchronized boolean awaitEmpty(Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.NANOSECONDS.convert(timeout);
        while (!isEmpty()) {
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                return false;
            }
            wait(left);
        }
        return true;
    }
}
