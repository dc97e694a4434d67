package dev.howdah.testkit;

import dev.howdah.core.HowdahException;
import dev.howdah.core.Transactions;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/** SQL as a test says it: texts in, texts out, on a new connection each time. Errors are {@link HowdahException}s. */
public record TestSql(DataSource dataSource) {

    /** Runs any number of statements, in one transaction. */
    public void run(String sql) {
        Transactions.over(dataSource).statement(connection -> {
            try (Statement statement = connection.createStatement()) {
                return statement.execute(sql);
            }
        });
    }

    /** The first column of what {@code sql} selects, as text; null is "null". */
    public List<String> column(String sql) {
        return Transactions.over(dataSource).statement(connection -> {
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery(sql)) {
                List<String> values = new ArrayList<>();
                while (rows.next()) {
                    values.add(String.valueOf(rows.getString(1)));
                }
                return values;
            }
        });
    }

    /** The one value that {@code sql} selects, as text; null is "null". */
    public String value(String sql) {
        List<String> values = column(sql);
        if (values.size() != 1) {
            throw new IllegalArgumentException("not one row but " + values.size() + ": " + sql);
        }
        return values.get(0);
    }
}
