package dev.howdah.queue;

import dev.howdah.core.HowdahException;
import dev.howdah.core.IdleTransaction;
import dev.howdah.core.Statements;
import java.util.Collection;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sleep of somebody who waits for messages: while he has a queue's lock its writers notify, and only then. Locks first,
 * then a last look: what that does not see was not committed yet, and its writer notifies.
 */
final class Sleep {

    private static final Logger log = LoggerFactory.getLogger(Sleep.class);

    private final DataSource direct;
    private @Nullable IdleTransaction locks;

    Sleep(DataSource direct) {
        this.direct = direct;
    }

    synchronized boolean isDeep() {
        return locks != null;
    }

    /** Takes the locks of these queues, all or none: not while somebody writes there, or another one sleeps. */
    synchronized boolean fall(Collection<Integer> queues) {
        if (locks == null) {
            IdleTransaction opened = IdleTransaction.open(direct);
            boolean all = false;
            try {
                all = opened.call(c -> {
                    for (int queue : queues) {
                        if (!Statements.rows(c, QueueSql.SLEEP, row -> row.getBoolean(1), queue)
                                .get(0)) {
                            return false;
                        }
                    }
                    return true;
                });
            } finally {
                if (!all) {
                    opened.close();
                }
            }
            locks = all ? opened : null;
        }
        return locks != null;
    }

    /** @return false if the locks were lost, with their connection */
    synchronized boolean goesOn() {
        if (locks != null) {
            try {
                locks.call(c -> Statements.rows(c, "select 1", row -> row.getInt(1)));
            } catch (HowdahException e) {
                log.debug("a sleep was cut short", e);
                end();
            }
        }
        return locks != null;
    }

    synchronized void end() {
        if (locks != null) {
            locks.close();
            locks = null;
        }
    }
}
