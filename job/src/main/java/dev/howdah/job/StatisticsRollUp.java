package dev.howdah.job;

import dev.howdah.core.Duty;
import dev.howdah.core.Transactions;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Duration;

/** Counts the log into pgqueuer_statistics, by second, priority, status and entrypoint; as PGQueuer does, every 30 s. */
final class StatisticsRollUp implements Duty {

    private final Transactions transactions;

    StatisticsRollUp(Transactions transactions) {
        this.transactions = transactions;
    }

    @Override
    public String name() {
        return "job-statistics";
    }

    @Override
    public boolean onceOnly() {
        return true;
    }

    @Override
    public Duration idle() {
        return Duration.ofSeconds(30);
    }

    @Override
    public int doWork() {
        return transactions.statement(connection -> {
            try (PreparedStatement statement = connection.prepareStatement(JobSql.ROLL_UP);
                    ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getInt(1);
            }
        });
    }
}
