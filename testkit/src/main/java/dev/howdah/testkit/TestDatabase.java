package dev.howdah.testkit;

import dev.howdah.core.Transactions;
import dev.howdah.embedded.EmbeddedPostgres;
import dev.howdah.embedded.PostgresAddress;
import dev.howdah.install.Installer;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;

/**
 * A database for one test or one class of tests, dropped when it is closed. All of a JVM's are on one PostgreSQL, which
 * starts with the first and ends with the JVM. The role that connects is an ordinary one, without superuser's rights.
 *
 * <pre>{@code
 * @AutoClose
 * static final TestDatabase database = TestDatabase.installed();
 * }</pre>
 */
public final class TestDatabase implements AutoCloseable {

    private final PostgresAddress address;

    private TestDatabase(PostgresAddress address) {
        this.address = address;
    }

    /** With all wings that are on the class path. */
    public static TestDatabase installed() {
        return create(" template " + Shared.TEMPLATE);
    }

    /** With nothing in it. */
    public static TestDatabase empty() {
        return create("");
    }

    private static TestDatabase create(String template) {
        String name = "test_" + UUID.randomUUID().toString().replace("-", "");
        run(Shared.POSTGRES.address().dataSource(), "create database " + name + template);
        return new TestDatabase(Shared.POSTGRES.database(name));
    }

    public PostgresAddress address() {
        return address;
    }

    /** A new connection at each call, no pool. */
    public DataSource dataSource() {
        return address.dataSource();
    }

    /** Runs any number of statements, in one transaction. */
    public void run(String sql) {
        run(dataSource(), sql);
    }

    /** The first column of what {@code sql} selects, as text; null is "null". */
    public List<String> column(String sql) {
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

    /** The one value that {@code sql} selects, as text; null is "null". */
    public String value(String sql) {
        List<String> values = column(sql);
        if (values.size() != 1) {
            throw new IllegalArgumentException("not one row but " + values.size() + ": " + sql);
        }
        return values.get(0);
    }

    /** Ends what is still connected to it, and drops it. */
    @Override
    public void close() {
        run(Shared.POSTGRES.address().dataSource(), "drop database " + address.database() + " with (force)");
    }

    private static void run(DataSource dataSource, String sql) {
        Transactions.over(dataSource).statement(connection -> {
            try (Statement statement = connection.createStatement()) {
                return statement.execute(sql);
            }
        });
    }

    /** The PostgreSQL of this JVM, made at first use. */
    private static final class Shared {
        static final String TEMPLATE = "howdah_template";
        static final EmbeddedPostgres POSTGRES = EmbeddedPostgres.builder()
                .setting("max_connections", "200")
                .setting("max_prepared_transactions", "20")
                .start();

        static {
            TestDatabase.run(POSTGRES.address().dataSource(), "create database " + TEMPLATE);
            Installer.forWingsOnClassPath().install(POSTGRES.database(TEMPLATE).dataSource());
        }
    }
}
