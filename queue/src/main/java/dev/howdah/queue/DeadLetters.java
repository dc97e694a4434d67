package dev.howdah.queue;

import dev.howdah.core.Statements;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The messages of one queue that were given up, kept aside or in its dead-letter queue, until they are replayed or deleted.
 * Errors: no such queue; no access.
 */
public final class DeadLetters {

    private final Statements statements;
    private final String queue;

    DeadLetters(Statements statements, String queue) {
        this.statements = statements;
        this.queue = queue;
    }

    /** The oldest ones first, at most {@code most} of those kept aside, and of each dead-letter queue. */
    public List<DeadLetter> list(int most) {
        return statements.rows(QueueSql.DEAD_LETTERS, DeadLetter::of, queue, most);
    }

    /** Puts some back into the queue, with its retries and their old ids. @return how many: those that are there */
    public int replay(Collection<Long> ids) {
        return take(QueueSql.REPLAY, ids);
    }

    /** Puts all back. @return how many */
    public int replayAll() {
        return take(QueueSql.REPLAY, null);
    }

    /** Deletes some. @return how many: those that are there */
    public int delete(Collection<Long> ids) {
        return take(QueueSql.DELETE_DEAD, ids);
    }

    /** Deletes all. @return how many */
    public int deleteAll() {
        return take(QueueSql.DELETE_DEAD, null);
    }

    private int take(String sql, @Nullable Collection<Long> ids) {
        return (int) statements.number(sql, queue, ids == null ? null : ids.toArray(Long[]::new));
    }
}
