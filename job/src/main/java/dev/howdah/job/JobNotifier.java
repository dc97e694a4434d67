package dev.howdah.job;

import dev.howdah.core.Duty;
import dev.howdah.core.HowdahException;
import dev.howdah.core.IdleTransaction;
import java.time.Duration;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells of jobs that came in place of those who send them, where these would wait for each other: who notifies keeps a lock
 * of all notifications until its commit is on disk, so senders commit one by one. Awake, it tells every few milliseconds,
 * whether there is something or not, and they only share a lock, by which it knows for whom it has to go on.
 *
 * <p>It wakes where it sees that somebody waits for that lock, and sleeps when few are at work. Where it dies, who sends
 * notifies again; of what was just being sent workers learn by polling, or from the next notifier, which begins by telling.
 */
final class JobNotifier implements Duty {

    private static final Logger log = LoggerFactory.getLogger(JobNotifier.class);
    /** How often it looks, asleep, whether senders wait for each other. */
    private static final Duration LOOK = Duration.ofMillis(250);
    /** Awake: no sooner than after this, and for so many times as long as the last telling took. */
    private static final Duration TELL = Duration.ofMillis(5);

    private static final int REST = 4;
    /** After so many rounds it goes to sleep if in fewer than a tenth of them somebody was sending. */
    private static final int ROUNDS = 200;

    private final JobDatabase database;
    private final DataSource direct;
    private @Nullable IdleTransaction awake;
    private boolean isLeading;
    /** Whether somebody may have left the telling to it, or to one that has died, since it told last. */
    private boolean isOwed;

    private int rounds;
    private int roundsWithSenders;
    private long took;

    JobNotifier(JobDatabase database, DataSource direct) {
        this.database = database;
        this.direct = direct;
    }

    @Override
    public String name() {
        return "job-notifier";
    }

    @Override
    public boolean onceOnly() {
        return true;
    }

    @Override
    public Duration idle() {
        return isOwed ? Duration.ofNanos(Math.max(TELL.toNanos(), REST * took)) : LOOK;
    }

    @Override
    public int doWork() {
        if (!isLeading) {
            isLeading = true;
            isOwed = true;
        }
        if (isOwed) {
            round();
        } else if (database.row(NotifierSql.IS_CONTENDED, row -> row.getBoolean(1))) {
            wake();
        }
        return 0;
    }

    /** Another server leads now, or none of this one's any more. */
    @Override
    public void release() {
        if (isLeading) {
            isLeading = false;
            sleep();
            if (isOwed && tell()) {
                tellOfTheLast();
            }
        }
    }

    private void tellOfTheLast() {
        try {
            database.row(NotifierSql.AWAIT_SENDERS, row -> true);
        } catch (HowdahException e) {
            log.debug("a sender is still at work: of its jobs workers learn by polling", e);
        }
        tell();
    }

    boolean isAwake() {
        return awake != null;
    }

    void wake() {
        IdleTransaction lock = IdleTransaction.open(direct);
        boolean isHad = false;
        try {
            isHad = lock.call(connection -> database.rows(connection, NotifierSql.WAKE, row -> row.getBoolean(1)))
                    .get(0);
        } finally {
            if (!isHad) {
                lock.close();
            }
        }
        if (isHad) {
            awake = lock;
            isOwed = true;
            rounds = 0;
            roundsWithSenders = 0;
            log.debug("the notifier is awake");
        }
    }

    private void round() {
        boolean isSending = tell();
        if (awake == null) {
            isOwed = isSending;
            return;
        }
        rounds++;
        roundsWithSenders += isSending ? 1 : 0;
        if (rounds == ROUNDS) {
            boolean few = roundsWithSenders < ROUNDS / 10;
            rounds = 0;
            roundsWithSenders = 0;
            if (few || !isHeld(awake)) {
                sleep();
            }
        }
    }

    private boolean tell() {
        long began = System.nanoTime();
        boolean isSending = database.row(NotifierSql.TELL, row -> row.getBoolean(1));
        took = System.nanoTime() - began;
        return isSending;
    }

    private boolean isHeld(IdleTransaction lock) {
        try {
            lock.call(connection -> database.rows(connection, "select 1", row -> row.getInt(1)));
            return true;
        } catch (HowdahException e) {
            log.debug("the notifier's connection was lost", e);
            return false;
        }
    }

    /** Senders notify again; for those who left it to this one there is more to tell, until none is left. */
    void sleep() {
        if (awake != null) {
            awake.close();
            awake = null;
            log.debug("the notifier sleeps");
        }
    }
}
