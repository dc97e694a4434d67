package dev.howdah.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** How PostgreSQL runs a claim. */
class ClaimSqlTest {

    private static final String FROM = "" + Long.MIN_VALUE;

    @AutoClose
    private final TestDatabase database = TestDatabase.installed();

    /** By id alone a claim would walk over all that others have sent, and over all that is done and not yet vacuumed. */
    @Test
    void alwaysReadsLinesByTheirOwnIndex() throws SQLException {
        try (Connection connection = database.dataSource().getConnection()) {
            assertLinesByTheirIndex(connection, 1); // never analyzed
            fill(1);
            assertLinesByTheirIndex(connection, 1);
            fill(50);
            assertLinesByTheirIndex(connection, 1);
            assertLinesByTheirIndex(connection, 50);
        }
    }

    private void fill(int entrypoints) {
        database.run("truncate pgqueuer");
        database.run("""
                insert into pgqueuer (priority, entrypoint, status, payload)
                select 0, 'job' || n %% %d, 'queued', 'x' from generate_series(1, 5000) as n""".formatted(entrypoints));
        database.run("analyze pgqueuer");
    }

    private static void assertLinesByTheirIndex(Connection connection, int entrypoints) throws SQLException {
        List<String> plan = claim(connection, "explain (costs off) ", entrypoints, "0", "0", "7");
        assertThat(plan.stream().filter(line -> line.contains("pgqueuer_ep_prio_id_idx")))
                .hasSize(2);
        assertThat(plan).noneMatch(line -> line.contains("Seq Scan on pgqueuer"));
        assertThat(plan).noneMatch(line -> line.contains("Index Cond: (id > "));
    }

    @Test
    void theBestHeadsOfManyLinesAreClaimedInOrder() throws SQLException {
        fill(50);
        database.run("update pgqueuer set priority = 1 where entrypoint = 'job7' and id > 4000");
        List<String> expected = database.column("select id from pgqueuer order by priority desc, id limit 10");
        try (Connection connection = database.dataSource().getConnection()) {
            assertThat(claim(connection, "", 50, "" + Integer.MAX_VALUE, "" + Integer.MIN_VALUE, FROM))
                    .isEqualTo(expected);
        }
    }

    @Test
    void onlyTheClaimItselfDoesNotWaitForTheDisk() throws SQLException {
        try (Connection connection = database.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("set synchronous_commit = on");
            connection.setAutoCommit(false);
            claim(connection, "", 1, "0", "0", FROM);
            assertThat(column(statement, "show synchronous_commit")).containsExactly("off");
            connection.rollback();
            assertThat(column(statement, "show synchronous_commit")).containsExactly("on");
        }
        assertThat(ClaimSql.CLAIM_LIMITED).doesNotContain("synchronous_commit");
    }

    /** Ten jobs, from lines that begin at {@code passed}, by the plan that every claim has after the first few. */
    private static List<String> claim(
            Connection connection, String explain, int entrypoints, String high, String low, String passed)
            throws SQLException {
        String names = IntStream.range(0, entrypoints).mapToObj(i -> "job" + i).collect(Collectors.joining(","));
        String[] parts = ClaimSql.CLAIM.split("\\?", -1);
        StringBuilder sql = new StringBuilder(parts[0]);
        for (int i = 1; i < parts.length; i++) {
            sql.append('$').append(i).append(parts[i]);
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute("set plan_cache_mode = force_generic_plan");
            statement.execute("prepare claim as " + sql);
            List<String> rows = column(
                    statement,
                    explain
                            + "execute claim ('{%s}', '{%s}', '{%s}', '{%s}', '{%s}', 21, 10, '{}', '{%s}', '{}', '%s')"
                                    .formatted(
                                            names,
                                            repeated(entrypoints, high),
                                            repeated(entrypoints, low),
                                            repeated(entrypoints, passed),
                                            repeated(entrypoints, "10"),
                                            names,
                                            UUID.randomUUID()));
            statement.execute("deallocate claim");
            return rows;
        }
    }

    private static String repeated(int times, String value) {
        return String.join(",", Collections.nCopies(times, value));
    }

    private static List<String> column(Statement statement, String sql) throws SQLException {
        List<String> values = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                values.add(rows.getString(1));
            }
        }
        return values;
    }
}
