package dev.howdah.core;

import dev.howdah.embedded.EmbeddedPostgres;
import dev.howdah.embedded.PostgresAddress;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/** The PostgreSQL of these tests, one for the JVM; asked as its superuser, who sees all of every session. */
final class Postgres {

    private static final EmbeddedPostgres POSTGRES = EmbeddedPostgres.builder().start();
    private static final DataSource SUPERUSER = superuser().dataSource();

    private Postgres() {}

    private static PostgresAddress superuser() {
        PostgresAddress postgres = POSTGRES.superuser();
        return new PostgresAddress(
                postgres.host(), postgres.port(), address().database(), postgres.user(), postgres.password());
    }

    static PostgresAddress address() {
        return POSTGRES.address();
    }

    static DataSource dataSource() {
        return address().dataSource();
    }

    /** Connections that are known by {@code name} in pg_stat_activity. */
    static DataSource dataSource(String name) {
        return dataSource(address(), name);
    }

    static DataSource dataSource(PostgresAddress address, String name) {
        PGSimpleDataSource dataSource = (PGSimpleDataSource) address.dataSource();
        dataSource.setApplicationName(name);
        return dataSource;
    }

    static void run(String sql) {
        Transactions.over(SUPERUSER).statement(connection -> {
            try (Statement statement = connection.createStatement()) {
                return statement.execute(sql);
            }
        });
    }

    static List<String> column(String sql) {
        return column(SUPERUSER, sql);
    }

    static List<String> column(DataSource dataSource, String sql) {
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

    /** Ends the sessions of {@code name}, and says how many there were. */
    static int terminate(String name) {
        return column("select pg_terminate_backend(pid) from pg_stat_activity where application_name = '" + name + "'")
                .size();
    }

    static int sessions(String name) {
        return column("select pid from pg_stat_activity where application_name = '" + name + "'")
                .size();
    }

    /** The names of those who hold the lock of a once-only duty. */
    static List<String> leaders(String duty) {
        return column("""
                select application_name
                  from pg_locks join pg_stat_activity using (pid),
                       hashtextextended('howdah duty %s', 0) as key
                 where locktype = 'advisory' and granted
                   and (classid::bigint << 32 | objid::bigint) = key""".formatted(duty));
    }
}
