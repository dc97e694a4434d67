package dev.howdah.install;

import dev.howdah.core.Transactions;
import dev.howdah.embedded.PostgresAddress;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/** A database as one role sees it. */
record TestBase(PostgresAddress address, String options) {

    TestBase(PostgresAddress address) {
        this(address, "");
    }

    /** The same, with connections of that search_path. */
    TestBase inSchema(String searchPath) {
        return with("search_path=" + searchPath);
    }

    /** The same, with connections that start with {@code setting=value}. */
    TestBase with(String setting) {
        String escaped = setting.replace("\\", "\\\\").replace(" ", "\\ ");
        return new TestBase(address, options + " -c " + escaped);
    }

    DataSource dataSource() {
        PGSimpleDataSource source = (PGSimpleDataSource) address.dataSource();
        if (!options.isEmpty()) {
            source.setOptions(options.strip());
        }
        return source;
    }

    /** Runs any number of statements. */
    void run(String sql) {
        Transactions.over(dataSource()).statement(connection -> {
            try (Statement statement = connection.createStatement()) {
                return statement.execute(sql);
            }
        });
    }

    List<String> column(String sql) {
        return Transactions.over(dataSource()).statement(connection -> {
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

    String value(String sql) {
        return String.join("\n", column(sql));
    }
}
