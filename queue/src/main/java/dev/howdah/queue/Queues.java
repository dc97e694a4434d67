package dev.howdah.queue;

import dev.howdah.core.Duty;
import dev.howdah.core.Transactions;
import dev.howdah.core.Wakeups;
import java.util.List;
import javax.sql.DataSource;

/** The door to the queues of one database: each message is read by one reader, in that one's own transaction. */
public final class Queues {

    private final Transactions transactions;

    private Queues(Transactions transactions) {
        this.transactions = transactions;
    }

    /** @param direct connections that are kept, where {@code dataSource} is a pooler's */
    public static Queues over(DataSource dataSource, DataSource direct, Wakeups wakeups) {
        return new Queues(Transactions.over(dataSource));
    }

    /** What keeps the queues of a database moving; a server runs these. */
    public List<Duty> duties() {
        return List.of(new QueueKeeper(transactions));
    }
}
