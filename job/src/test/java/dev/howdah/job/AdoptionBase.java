package dev.howdah.job;

import dev.howdah.core.SqlErrors;
import dev.howdah.testkit.TestSql;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.postgresql.core.NativeQuery;
import org.postgresql.core.Parser;
import org.postgresql.ds.PGSimpleDataSource;

/** A database to be adopted, as one role and one search_path see it. */
record AdoptionBase(DataSource dataSource, TestSql sql) implements AutoCloseable {

    AdoptionBase(DataSource dataSource) {
        this(dataSource, new TestSql(dataSource));
    }

    /** The same, with connections of that search_path. */
    static AdoptionBase inSchema(DataSource dataSource, String searchPath) {
        return withOptions(
                dataSource, "-c search_path=" + searchPath.replace("\\", "\\\\").replace(" ", "\\ "));
    }

    static AdoptionBase withOptions(DataSource dataSource, String options) {
        PGSimpleDataSource source = (PGSimpleDataSource) dataSource;
        source.setOptions(options);
        return new AdoptionBase(source);
    }

    void run(String sql) {
        this.sql.run(sql);
    }

    List<String> column(String sql) {
        return this.sql.column(sql);
    }

    /** The one value that {@code sql} selects. */
    String one(String sql) {
        return this.sql.value(sql);
    }

    /** Runs a script as {@code psql -v ON_ERROR_STOP=1 -f} does, a statement at a time. */
    void runAsPsqlDoes(String script) {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            for (NativeQuery query : Parser.parseJdbcSql(script, true, false, true, false, false)) {
                statement.execute(query.nativeSql);
            }
        } catch (SQLException e) {
            throw SqlErrors.of(e);
        }
    }

    /** What the catalogue says, and the history without what is another each time. */
    List<String> dump() {
        List<String> dump = new ArrayList<>(column(dumpSql()));
        if (one("select to_regclass('howdah.history') is not null").equals("t")) {
            dump.addAll(column("""
                    select format('history %s %s %s %s %s %s %s', installed_rank, version, description, type, script,
                                  checksum, success)
                      from howdah.history
                     order by installed_rank"""));
        }
        return dump;
    }

    @Override
    public void close() {
        sql.close();
    }

    private static String dumpSql() {
        try (InputStream in = AdoptionBase.class.getResourceAsStream("/schema-dump.sql")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
