package dev.howdah.benchmark;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A dump of the whole database that goes on until it is told to end: pg_dump, whose output nobody takes before, so that it
 * stands still with its snapshot and its locks. Where there is no pg_dump for this PostgreSQL, a session that takes the
 * same.
 */
abstract class Dump implements AutoCloseable {

    /** Comes to its end as if undisturbed. */
    abstract void end() throws Exception;

    static Dump start(Bench bench) throws Exception {
        int server = Integer.parseInt(bench.value("show server_version_num")) / 10_000;
        return bench.direct() instanceof PGSimpleDataSource address && pgDumpVersion() >= server
                ? new PgDump(address)
                : new Locks(bench);
    }

    private static int pgDumpVersion() throws InterruptedException {
        try {
            Process process = new ProcessBuilder("pg_dump", "--version").start(); // pg_dump (PostgreSQL) 15.18 (…)
            String version = new String(process.getInputStream().readAllBytes());
            return process.waitFor() == 0 ? Integer.parseInt(version.replaceAll("(?s)^.*?\\) (\\d+).*$", "$1")) : 0;
        } catch (IOException e) {
            return 0;
        }
    }

    private static final class PgDump extends Dump {

        private final Process process;

        PgDump(PGSimpleDataSource address) throws IOException {
            ProcessBuilder builder = new ProcessBuilder("pg_dump").redirectError(ProcessBuilder.Redirect.INHERIT);
            builder.environment()
                    .putAll(Map.of(
                            "PGHOST", address.getServerNames()[0],
                            "PGPORT", Integer.toString(address.getPortNumbers()[0]),
                            "PGDATABASE", String.valueOf(address.getDatabaseName()),
                            "PGUSER", String.valueOf(address.getUser()),
                            "PGPASSWORD", String.valueOf(address.getPassword())));
            process = builder.start();
        }

        @Override
        void end() throws Exception {
            if (!process.isAlive()) {
                throw new IllegalStateException("pg_dump has ended before");
            }
            try (InputStream output = process.getInputStream()) {
                output.transferTo(OutputStream.nullOutputStream());
            }
            if (process.waitFor() != 0) {
                throw new IllegalStateException("pg_dump failed");
            }
        }

        @Override
        public void close() throws InterruptedException {
            process.destroy();
            process.waitFor(1, TimeUnit.MINUTES);
        }
    }

    private static final class Locks extends Dump {

        private final Connection connection;

        Locks(Bench bench) throws SQLException {
            String tables = bench.value("""
                    select string_agg(c.oid::regclass::text, ', ')
                      from pg_class c join pg_namespace n on n.oid = c.relnamespace
                     where c.relkind = 'r' and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
                       and pg_get_userbyid(c.relowner) = current_user""");
            connection = bench.direct().getConnection();
            connection.setAutoCommit(false);
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            try (Statement statement = connection.createStatement()) {
                statement.execute("lock table " + tables + " in access share mode");
                for (String table : tables.split(", ")) {
                    statement.executeQuery("select count(*) from " + table).close();
                }
            }
        }

        @Override
        void end() throws SQLException {
            connection.rollback();
        }

        @Override
        public void close() throws SQLException {
            connection.close();
        }
    }

    @Override
    public abstract void close() throws Exception;
}
