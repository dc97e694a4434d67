package dev.howdah.queue;

import dev.howdah.core.HowdahException;
import dev.howdah.core.SqlErrors;
import dev.howdah.core.Transactions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.function.Supplier;

/**
 * The functions that were written for one queue, or one exchange, and are named by its number; that is looked up once,
 * and again when they turn out to be gone, or not this role's to call.
 */
final class OwnFunctions {

    private final String lookUp;
    private final String name;
    private volatile int number;

    /** @param lookUp gives the number for the name, and clear errors where there is none */
    OwnFunctions(String lookUp, String name) {
        this.lookUp = lookUp;
        this.name = name;
    }

    String name() {
        return name;
    }

    /** The number as far as it is known; zero: not looked up yet. */
    int known() {
        return number;
    }

    /** Looks the number up, for its errors. */
    void lookUp(Transactions transactions) {
        transactions.statement(connection -> {
            try {
                return lookUp(connection);
            } catch (SQLException e) {
                throw failed(e);
            }
        });
    }

    int number(Connection connection) throws SQLException {
        int known = number;
        return known != 0 ? known : lookUp(connection);
    }

    int lookUp(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(lookUp)) {
            statement.setString(1, name);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                int found = row.getInt(1);
                number = found;
                return found;
            }
        }
    }

    /** Dropped since, or access revoked: the next call looks it up again, for its new number or a clear error. */
    HowdahException failed(SQLException e) {
        HowdahException failure = SqlErrors.of(e, name, null);
        if (isStale(failure)) {
            number = 0;
        }
        return failure;
    }

    /** Once more where the number that was known is no good any more. */
    <T> T again(Supplier<T> call) {
        boolean known = number != 0;
        try {
            return call.get();
        } catch (HowdahException e) {
            if (known && isStale(e)) {
                return call.get();
            }
            throw e;
        }
    }

    private static boolean isStale(HowdahException e) {
        return e instanceof HowdahException.NotInstalled || e instanceof HowdahException.AccessDenied;
    }
}
