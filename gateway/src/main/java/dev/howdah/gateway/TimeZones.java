package dev.howdah.gateway;

import dev.howdah.core.Transactions;
import java.sql.Array;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The time zones that PostgreSQL knows by name. It looks through its files for them, so it is asked once, when need be. */
final class TimeZones {

    private static final String NAMES = "select array_agg(name) from pg_timezone_names";

    private final Transactions transactions;
    private volatile @Nullable Set<String> names;

    TimeZones(Transactions transactions) {
        this.transactions = transactions;
    }

    /** @throws dev.howdah.core.HowdahException if PostgreSQL is to be asked, and does not answer */
    boolean has(String name) {
        Set<String> known = names;
        if (known == null) {
            known = transactions.statement(connection -> {
                try (PreparedStatement statement = connection.prepareStatement(NAMES);
                        ResultSet row = statement.executeQuery()) {
                    row.next();
                    Array all = row.getArray(1);
                    return Set.copyOf(List.of((String[]) all.getArray()));
                }
            });
            names = known;
        }
        return known.contains(name);
    }
}
