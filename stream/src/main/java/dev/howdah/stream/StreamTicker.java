package dev.howdah.stream;

import dev.howdah.core.Duty;
import dev.howdah.core.HowdahException;
import dev.howdah.core.IdleTransaction;
import dev.howdah.core.Signal;
import dev.howdah.core.Statements;
import dev.howdah.core.Wakeups;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ticks where there are new events: at once where it was quiet, every few milliseconds where it is not. When it has been
 * quiet everywhere for a second it sleeps: it takes the locks by which writers know that they have to wake it, and only
 * then do they notify.
 */
final class StreamTicker implements Duty {

    private static final Logger log = LoggerFactory.getLogger(StreamTicker.class);
    private static final String CHANNEL = "howdah_stream";
    /** Consumers that are at work tick by themselves, so this is for those that wait for a tick. */
    private static final Duration AWAKE = Duration.ofMillis(5);
    /** A round's cost, times this, goes by until the next: the ticker never takes more than a twentieth of a core. */
    private static final int REST = 20;

    private static final Duration QUIET = Duration.ofSeconds(1);
    /** How often PgQ's rules are looked after: ticks of idle streams, and whatever else was missed. */
    private static final Duration RULES = Duration.ofSeconds(1);

    private final Statements statements;
    private final DataSource direct;
    private final Signal signal = new Signal();
    private final Set<String> woken = ConcurrentHashMap.newKeySet();
    private final Wakeups wakeups;
    private final AtomicBoolean lookAtAll = new AtomicBoolean();
    private Wakeups.@Nullable Listening listening;
    private @Nullable IdleTransaction sleep;
    private long roundBegan = System.nanoTime();
    private long roundTook;
    private long news = System.nanoTime();
    private long rules = System.nanoTime();

    StreamTicker(Statements statements, DataSource direct, Wakeups wakeups) {
        this.statements = statements;
        this.direct = direct;
        this.wakeups = wakeups;
    }

    @Override
    public String name() {
        return "stream-ticker";
    }

    @Override
    public boolean onceOnly() {
        return true;
    }

    @Override
    public Signal signal() {
        return signal;
    }

    @Override
    public Duration idle() {
        if (sleep != null) {
            return RULES;
        }
        return Duration.ofNanos(Math.max(AWAKE.toNanos(), REST * roundTook));
    }

    @Override
    public int doWork() {
        if (listening == null) {
            listening = wakeups.listen(CHANNEL, this::woken);
        }
        if (lookAtAll.get() || !woken.isEmpty()) {
            wake();
        }
        int ticks = sleep == null ? round() : 0;
        if (since(rules) > RULES.toNanos()) {
            rules = System.nanoTime();
            ticks += (int) statements.number(StreamSql.TICKER);
            checkSleep();
        }
        if (ticks > 0) {
            news = System.nanoTime();
        } else if (sleep == null && since(news) > QUIET.toNanos()) {
            fallAsleep();
        }
        return 0;
    }

    /** Another server ticks now, or none of this one's any more. */
    @Override
    public void release() {
        wake();
        if (listening != null) {
            listening.close();
            listening = null;
        }
    }

    private void woken(@Nullable String stream) {
        if (stream == null) {
            lookAtAll.set(true);
        } else {
            woken.add(stream);
        }
        signal.raise();
    }

    private int round() {
        boolean all = lookAtAll.getAndSet(false);
        String[] look = woken.toArray(String[]::new);
        woken.removeAll(List.of(look));
        long start = System.nanoTime();
        Duration sinceLast = Duration.ofNanos(start - roundBegan);
        try {
            int ticks = (int) statements.number(StreamSql.TICK_ROUND, all ? null : look, sinceLast.toString());
            roundBegan = start;
            return ticks;
        } catch (HowdahException e) {
            lookAtAll.set(true); // whoever woke it does so once
            throw e;
        } finally {
            roundTook = since(start);
        }
    }

    /** The locks first, then a last look: an event that it does not see was not committed yet, and its writer notifies. */
    private void fallAsleep() {
        IdleTransaction locks = IdleTransaction.open(direct);
        sleep = locks;
        boolean held = locks.call(c ->
                Statements.rows(c, StreamSql.SLEEP, row -> row.getBoolean(1)).get(0));
        lookAtAll.set(true);
        if (!held || round() > 0) {
            news = System.nanoTime(); // somebody is writing
            wake();
        } else {
            log.debug("the ticker sleeps");
        }
    }

    private void checkSleep() {
        if (sleep != null) {
            try {
                sleep.call(c -> Statements.rows(c, "select 1", row -> row.getInt(1)));
            } catch (HowdahException e) {
                wake();
                throw e;
            }
        }
    }

    private void wake() {
        if (sleep != null) {
            sleep.close();
            sleep = null;
        }
    }

    private static long since(long time) {
        return System.nanoTime() - time;
    }
}
