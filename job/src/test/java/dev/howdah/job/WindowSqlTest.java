package dev.howdah.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.core.Transactions;
import dev.howdah.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a claim sees, and how PostgreSQL runs it. */
class WindowSqlTest {

    /** A new one for each test: plans hang on what was in the tables when they were last analyzed. */
    @AutoClose
    private final TestDatabase database = TestDatabase.installed();

    /**
     * The plan is kept: one that reads the whole table, because it was empty, would do so when it is full, and one that reads
     * what all entrypoints have in common, because of those that it had before, would read all of theirs.
     */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 40})
    void readsNoMoreThanItNeedsThoughTheTableWasEmptyWhenItWasPlanned(int entrypointsBefore) throws SQLException {
        fill(2_000, entrypointsBefore);
        database.run("analyze pgqueuer");
        database.run("truncate pgqueuer");
        database.run("vacuum analyze pgqueuer");
        assertThat(plan(WindowSql.CLAIM_LINE)).anyMatch(line -> line.contains("using pgqueuer_ep_prio_id_idx"));
        assertThat(plan(WindowSql.CLAIM_LINES))
                .anyMatch(line -> line.contains("Backward using pgqueuer_priority_id_id1_idx"));
        assertThat(plan(WindowSql.BEHIND_LINES)).anyMatch(line -> line.contains("using pgqueuer_ep_prio_id_idx"));
        assertThat(plan(WindowSql.BEHIND_COMMON)).anyMatch(line -> line.contains("using pgqueuer_priority_id_id1_idx"));
        for (String claim :
                List.of(WindowSql.CLAIM_LINE, WindowSql.CLAIM_LINES, WindowSql.BEHIND_LINES, WindowSql.BEHIND_COMMON)) {
            assertThat(plan(claim)).noneMatch(line -> line.contains("Seq Scan on pgqueuer"));
        }
        assertThat(plan(JobSql.FINISH)).noneMatch(line -> line.contains("Seq Scan on pgqueuer"));
    }

    @Test
    void waitsNeitherForTheDiskNorChangesItsConnection() throws SQLException {
        try (Connection connection = database.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("set synchronous_commit = on");
            connection.setAutoCommit(false);
            statement.execute(WindowSql.QUICKLY);
            assertThat(column(statement, "show synchronous_commit")).containsExactly("off");
            connection.rollback();
            assertThat(column(statement, "show synchronous_commit")).containsExactly("on");
            assertThat(column(statement, "show enable_seqscan")).containsExactly("on");
        }
        assertThat(ClaimSql.CLAIM_LIMITED).doesNotContain("synchronous_commit");
    }

    @Test
    void jobsOfManyLinesComeInTheirCommonOrderWhateverOthersHaveBetweenThem() {
        fill(2_000, 40);
        database.run("update pgqueuer set priority = 1 where id % 100 = 7");
        database.run("update pgqueuer set entrypoint = 'foreign' where id % 3 = 0");
        List<String> own = database.column("""
                select id from pgqueuer where entrypoint <> 'foreign' order by priority desc, id limit 50""");
        assertThat(claimed(40, 50)).isEqualTo(own);
    }

    @Test
    void whatIsFarBehindOthersJobsOrDelayedOnesIsFound() {
        fill(3_000, 2);
        database.run("update pgqueuer set entrypoint = 'foreign' where id <= (select min(id) + 1999 from pgqueuer)");
        List<String> own =
                database.column("select id from pgqueuer where entrypoint <> 'foreign' order by id limit 20");
        assertThat(claimed(2, 20)).isEqualTo(own);
        database.run("update pgqueuer set execute_after = now() + interval '1 hour' where id < "
                + database.value("select max(id) - 4 from pgqueuer where entrypoint = 'job1'"));
        assertThat(claimed(2, 20)).hasSize(6);
        assertThat(claimed(1, 20)).isEmpty();
    }

    /** Before the first job of a backlog, or among so many delayed ones that the first look does not see them all. */
    @ParameterizedTest
    @CsvSource({"1, 0", "2, 0", "1, 6000", "2, 6000"})
    void whatIsDueBehindTheFrontIsFound(int entrypoints, int delayed) {
        fill(delayed, entrypoints);
        database.run("update pgqueuer set execute_after = now() + interval '1 hour'");
        fill(20, entrypoints);
        List<String> due = database.column("select id from pgqueuer where execute_after <= now() order by id");
        fill(100, entrypoints);
        long front = Long.parseLong(due.get(due.size() - 1));
        List<String> names = names(entrypoints);
        JobFetcher fetcher = fetcher(names);
        assertThat(fetcher.allBehind(List.of(new LineFronts.Range(null, 0, 0, front)), 1_000))
                .containsExactlyInAnyOrderElementsOf(
                        due.stream().map(Long::parseLong).toList());
        assertThat(fetcher.allBehind(List.of(), 1_000)).isEmpty();
    }

    @RepeatedTest(5)
    void twoClaimsOfAWorkerAtOnceShareNoJob() {
        fill(400, 1);
        JobFetcher fetcher = fetcher(names(1));
        List<String> twice = Stream.generate(() -> CompletableFuture.supplyAsync(() -> claimed(fetcher, 1, 100)))
                .limit(2)
                .toList()
                .stream()
                .flatMap(claim -> claim.join().stream())
                .toList();
        assertThat(twice).doesNotHaveDuplicates().hasSizeGreaterThan(100);
        assertThat(database.column("select id from pgqueuer where status = 'picked'"))
                .containsExactlyInAnyOrderElementsOf(twice);
    }

    private void fill(int jobs, int entrypoints) {
        database.run("""
                insert into pgqueuer (priority, entrypoint, status)
                select 0, 'job' || n %% %d, 'queued' from generate_series(1, %d) as n""".formatted(entrypoints, jobs));
    }

    /** By a new worker. */
    private List<String> claimed(int entrypoints, int max) {
        return claimed(fetcher(names(entrypoints)), entrypoints, max);
    }

    private List<String> claimed(JobFetcher fetcher, int entrypoints, int max) {
        List<String> names = names(entrypoints);
        var look = new JobFetcher.Look(
                new LineFronts(names, Limits.none()).ranges(), new Shares(names, Limits.none()), List.of());
        return fetcher.claim(max, look, Set.of(), start -> {}).jobs().stream()
                .map(claimed -> String.valueOf(claimed.job().id()))
                .toList();
    }

    private static List<String> names(int entrypoints) {
        return IntStream.range(0, entrypoints).mapToObj(i -> "job" + i).toList();
    }

    private JobFetcher fetcher(List<String> names) {
        JobDatabase jobs = new JobDatabase(Transactions.over(database.dataSource()), JobNames.standard());
        return new JobFetcher(jobs, UUID.randomUUID(), names, Limits.none(), Duration.ofSeconds(30), false);
    }

    /** Of the statement after {@link WindowSql#QUICKLY}, as it is after the first few times. */
    private List<String> plan(String both) throws SQLException {
        String[] parts = both.substring(WindowSql.QUICKLY.length()).split("\\?", -1);
        String sql = IntStream.range(1, parts.length)
                .mapToObj(i -> "$" + i + parts[i])
                .collect(Collectors.joining("", parts[0], ""));
        try (Connection connection = database.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute(WindowSql.QUICKLY);
            statement.execute("set local plan_cache_mode = force_generic_plan");
            statement.execute("prepare planned as " + sql);
            List<String> plan = column(
                    statement,
                    "explain (costs off) execute planned ("
                            + String.join(",", Collections.nCopies(parts.length - 1, "null")) + ")");
            statement.execute("deallocate planned");
            connection.rollback();
            return plan;
        }
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
