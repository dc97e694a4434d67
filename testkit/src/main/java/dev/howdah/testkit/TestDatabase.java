package dev.howdah.testkit;

import dev.howdah.embedded.EmbeddedPostgres;
import dev.howdah.embedded.PostgresAddress;
import dev.howdah.install.Installer;
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
    private final TestSql sql;

    private TestDatabase(PostgresAddress address) {
        this.address = address;
        this.sql = new TestSql(address.dataSource());
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
        Shared.SQL.run("create database " + name + template);
        return new TestDatabase(Shared.POSTGRES.database(name));
    }

    public PostgresAddress address() {
        return address;
    }

    /** A new connection at each call, no pool. */
    public DataSource dataSource() {
        return address.dataSource();
    }

    /** @see TestSql#run */
    public void run(String sql) {
        this.sql.run(sql);
    }

    /** @see TestSql#column */
    public List<String> column(String sql) {
        return this.sql.column(sql);
    }

    /** @see TestSql#value */
    public String value(String sql) {
        return this.sql.value(sql);
    }

    /** As if the network or PostgreSQL had gone, for everybody who is connected. */
    public void cutConnections() {
        run("select pg_terminate_backend(pid) from pg_stat_activity"
                + " where datname = current_database() and pid <> pg_backend_pid()");
    }

    /** Ends what is still connected to it, and drops it. */
    @Override
    public void close() {
        sql.close();
        for (int tries = 0; ; tries++) {
            try {
                Shared.SQL.run("drop database " + address.database() + " with (force)");
                return;
            } catch (RuntimeException | Error e) {
                // an autovacuum worker, which an ordinary role may not end, is there for a moment
                if (tries == 50 || !String.valueOf(e.getMessage()).contains("permission denied to terminate process")) {
                    throw e;
                }
                Shared.SQL.run("select pg_sleep(0.1)");
            }
        }
    }

    /** The PostgreSQL of this JVM, made at first use. */
    private static final class Shared {
        static final String TEMPLATE = "howdah_template";
        static final EmbeddedPostgres POSTGRES = EmbeddedPostgres.builder()
                .setting("max_connections", "200")
                .setting("max_prepared_transactions", "20")
                .start();

        static final TestSql SQL = new TestSql(POSTGRES.address().dataSource());

        static {
            SQL.run("create database " + TEMPLATE);
            Installer.forWingsOnClassPath().install(POSTGRES.database(TEMPLATE).dataSource());
        }
    }
}
