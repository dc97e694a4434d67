package dev.howdah.queue;

import dev.howdah.core.Duty;
import dev.howdah.core.Signal;
import dev.howdah.core.Statements;
import dev.howdah.core.Transactions;
import dev.howdah.core.Wakeups;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server's workers that call callbacks, with pgpro_queue's parameters: this is its leader, which starts and stops them,
 * checks the procedures, and sleeps for all of them when it has been quiet for a second.
 */
final class CallbackPool implements Duty {

    private static final Logger log = LoggerFactory.getLogger(CallbackPool.class);
    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    /** How often PostgreSQL's parameters are looked at, on a new connection, as only that knows them all. */
    private static final long SETTINGS = Duration.ofSeconds(5).toNanos();

    private final Transactions transactions;
    private final DataSource direct;
    private final Wakeups wakeups;
    private final CallbackSettings settings;
    private final Sleep sleep;
    private final Signal signal = new Signal();
    private final List<CallbackWorker> workers = new ArrayList<>();
    /** Those that are not well, and were said to be. */
    private final Set<Callback> reported = new HashSet<>();

    private volatile List<Callback> callbacks = List.of();
    private volatile boolean checkSoon;
    private volatile boolean woken;
    private volatile boolean asleep;
    private Wakeups.@Nullable Listening listening;
    private volatile @Nullable CallbackRules rules;
    private long rulesRead;
    private long checked;
    private long allBusySince;

    CallbackPool(Transactions transactions, DataSource direct, Wakeups wakeups, CallbackSettings settings) {
        this.transactions = transactions;
        this.direct = direct;
        this.wakeups = wakeups;
        this.settings = settings;
        this.sleep = new Sleep(direct);
    }

    /** A queue's callback; {@code problem}: why it can't be called. */
    record Callback(
            int queueId,
            String queue,
            String procedure,
            @Nullable String problem) {}

    @Override
    public String name() {
        return "queue-callbacks";
    }

    @Override
    public Signal signal() {
        return signal;
    }

    @Override
    public Duration idle() {
        CallbackRules current = rules;
        return current == null || !current.enabled() ? Duration.ofNanos(SETTINGS) : nap();
    }

    /** Between looks; while the pool sleeps, which is when writers notify, a second. */
    Duration nap() {
        CallbackRules current = rules;
        Duration naptime = current == null ? Duration.ofNanos(SECOND) : current.naptime();
        return asleep && naptime.toNanos() < SECOND ? Duration.ofNanos(SECOND) : naptime;
    }

    /** Those that are well. */
    List<Callback> callbacks() {
        return callbacks;
    }

    /** Something is wrong with a procedure. */
    void checkSoon() {
        checkSoon = true;
        signal.raise();
    }

    @Override
    public int doWork() {
        CallbackRules current = rules();
        if (!current.enabled()) {
            release();
            return 0;
        }
        if (listening == null) {
            listening = wakeups.listen(QueueWorker.NEWS, this::heard);
            checkSoon = true;
        }
        if (woken) {
            woken = false;
            wakeUp();
        }
        long sinceCheck = System.nanoTime() - checked;
        if (checked == 0 || sinceCheck > current.checkTimeout().toNanos() || checkSoon && sinceCheck > SECOND / 5) {
            check();
        }
        resize(current);
        fallAsleep();
        return 0;
    }

    private CallbackRules rules() {
        CallbackRules current = rules;
        if (current == null || System.nanoTime() - rulesRead > SETTINGS) {
            current = new Statements(Transactions.over(direct))
                    .rows(QueueSql.CALLBACK_SETTINGS, row -> CallbackRules.of(settings, row))
                    .get(0);
            rulesRead = System.nanoTime();
            rules = current;
        }
        return current;
    }

    /** A queue with a new message, or a callback that was registered. */
    private void heard(@Nullable String queue) {
        if (queue == null
                || callbacks.stream().noneMatch(callback -> queue.equals(Integer.toString(callback.queueId())))) {
            checkSoon = true;
        }
        woken = true;
        signal.raise();
    }

    private void wakeUp() {
        asleep = false;
        sleep.end();
        workers.forEach(worker -> worker.signal().raise());
    }

    private void check() {
        checkSoon = false;
        checked = System.nanoTime();
        List<Callback> before = callbacks;
        List<Callback> well = new ArrayList<>();
        List<Callback> found = new Statements(transactions)
                .rows(
                        QueueSql.CHECK_CALLBACKS,
                        row -> new Callback(row.getInt(1), row.getString(2), row.getString(3), row.getString(4)));
        for (Callback callback : found) {
            if (callback.problem() == null) {
                well.add(callback);
            } else if (reported.add(callback)) {
                log.warn(
                        "queue {}: the callback {} is not called any more: {}",
                        callback.queue(),
                        callback.procedure(),
                        callback.problem());
            }
        }
        reported.retainAll(found);
        if (!well.equals(before)) {
            callbacks = List.copyOf(well);
            wakeUp();
        }
    }

    private void resize(CallbackRules current) {
        stop(workers.stream().filter(CallbackWorker::hasEnded).toList());
        if (callbacks.isEmpty()) {
            stop(List.copyOf(workers));
            return;
        }
        long now = System.nanoTime();
        if (workers.stream().anyMatch(worker -> worker.busyFor().isZero())) {
            allBusySince = now;
        }
        boolean more = !workers.isEmpty()
                && now - allBusySince > current.workerStartDelay().toNanos();
        while (workers.size() < current.minWorkers() || more && workers.size() < current.maxWorkers()) {
            more = false;
            allBusySince = now;
            if (!startOne(current.maxWorkers())) {
                break; // other servers have them all
            }
        }
        int most = current.maxWorkers();
        if (workers.size() > current.minWorkers()) {
            Duration timeout = workers.size() > most ? Duration.ZERO : current.workerIdleTimeout();
            stop(workers.stream()
                    .filter(worker -> worker.idleFor().compareTo(timeout) > 0)
                    .limit(1)
                    .toList());
        }
    }

    private boolean startOne(int slots) {
        return CallbackWorker.start(this, direct, slots).map(workers::add).orElse(false);
    }

    private void stop(List<CallbackWorker> some) {
        CallbackWorker.close(some);
        workers.removeAll(some);
    }

    private void fallAsleep() {
        boolean quiet = !workers.isEmpty()
                && workers.stream().allMatch(worker -> worker.idleFor().toNanos() > SECOND);
        if (!quiet) {
            if (asleep) {
                wakeUp();
            }
        } else if (!asleep || !sleep.goesOn()) {
            asleep = sleep.fall(callbacks.stream().map(Callback::queueId).toList());
            if (asleep) {
                workers.forEach(worker -> worker.signal().raise()); // the last look
            }
        }
    }

    /** Ends everything: the calls under way come to their end first. */
    @Override
    public void release() {
        if (listening != null) {
            listening.close();
            listening = null;
        }
        stop(List.copyOf(workers));
        asleep = false;
        sleep.end();
        callbacks = List.of();
        checked = 0;
    }
}
