package dev.howdah.job;

import dev.howdah.core.Duty;
import dev.howdah.core.Transactions;
import dev.howdah.core.Wakeups;
import java.util.List;
import javax.sql.DataSource;

/** The door to the jobs of one database, in the schema that its connections' search_path names. */
public final class Jobs {

    private final Transactions transactions;
    private final Wakeups wakeups;
    private final JobSender sender;

    private Jobs(Transactions transactions, Wakeups wakeups) {
        this.transactions = transactions;
        this.wakeups = wakeups;
        this.sender = new JobSender(transactions);
    }

    public static Jobs over(DataSource dataSource, Wakeups wakeups) {
        return new Jobs(Transactions.over(dataSource), wakeups);
    }

    public JobSender sender() {
        return sender;
    }

    /** A worker to be told its handlers and then started. */
    public JobWorker.Builder worker() {
        return new JobWorker.Builder(transactions, wakeups);
    }

    /** What keeps the jobs of a database healthy; a server runs these. */
    public List<Duty> duties() {
        return List.of(new StatisticsRollUp(transactions));
    }
}
