package dev.howdah.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.howdah.core.HowdahException;
import dev.howdah.core.Transactions;
import dev.howdah.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Large claims, which go in two halves. */
class WindowClaimsTest {

    @AutoClose
    private static final TestDatabase database = TestDatabase.installed();

    private final BlockingQueue<List<String>> started = new LinkedBlockingQueue<>();

    @BeforeEach
    void empty() {
        database.run("truncate pgqueuer, pgqueuer_log");
    }

    @AfterEach
    void letHalvesThrough() {
        database.run("drop function if exists hold_up_half cascade");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 40})
    void takesTheFirstAndAllOfThem(int entrypoints) {
        fill(3_000, entrypoints);
        database.run(
                "update pgqueuer set priority = id % 7 / 3, status = case when id % 50 = 3 then 'picked' else status end");
        List<String> queued = queued();
        JobFetcher.Claim claim = claim(entrypoints, 1_000);
        List<String> claimed = ids(claim.jobs());
        assertThat(claimed).hasSize(1_000).isSubsetOf(queued.subList(0, 1_000 + 2 * 64));
        assertThat(claimed.subList(0, claim.inARow())).isEqualTo(queued.subList(0, claim.inARow()));
        assertThat(claim.inARow()).isGreaterThan(1_000 - 2 * 64);
        assertThat(started).containsExactly(claimed);
        assertThat(queued()).hasSize(queued.size() - 1_000).doesNotContainAnyElementsOf(claimed);
        assertThat(claim(entrypoints, 10_000).jobs()).hasSize(queued.size() - 1_000);
        assertThat(queued()).isEmpty();
        assertThat(database.column("select job_id from pgqueuer_log where status = 'picked'"))
                .containsExactlyInAnyOrderElementsOf(queued);
    }

    @RepeatedTest(5)
    void twoWorkersAtOnceShareNoJob() {
        fill(2_000, 1);
        List<CompletableFuture<List<ClaimedJob>>> claims = IntStream.range(0, 2)
                .mapToObj(
                        i -> CompletableFuture.supplyAsync(() -> claim(1, 1_000).jobs()))
                .toList();
        List<String> all =
                claims.stream().flatMap(claim -> ids(claim.join()).stream()).toList();
        assertThat(all).doesNotHaveDuplicates().hasSizeGreaterThanOrEqualTo(1_000);
    }

    /** Where one half finds less, because others hold it, nothing of it is passed by the front. */
    @Test
    void onlyWhatHasNoOtherJobBetweenCountsAsInARow() throws SQLException {
        fill(640, 1);
        long odd = Long.parseLong(database.value("select min(id) from pgqueuer where (id >> 6) & 1 = 1"));
        try (Connection other = database.dataSource().getConnection();
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("select from pgqueuer where (id >> 6) & 1 = 1 and id >= " + (odd + 64) + " for update");
            List<String> queued = queued();
            JobFetcher.Claim claim = claim(1, 500);
            List<String> inARow = ids(claim.jobs().subList(0, claim.inARow()));
            assertThat(inARow).isEqualTo(queued.subList(0, claim.inARow())).endsWith(String.valueOf(odd + 63));
            assertThat(claim.jobs()).hasSizeGreaterThan(claim.inARow());
            other.rollback();
        }
    }

    /** Its claim was rolled back, or not answered: it stays in the line, or is taken over in time. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void whatOneHalfClaimedIsStartedThoughTheOtherOneFails(int failing) throws Exception {
        fill(400, 1);
        holdUpHalf(failing, "raise 'no more of these'");
        assertThatThrownBy(() -> claim(1, 500))
                .isInstanceOf(HowdahException.class)
                .hasMessageContaining("no more of these");
        List<String> alone = new ArrayList<>();
        while (alone.isEmpty()) {
            alone.addAll(started.poll(10, TimeUnit.SECONDS));
        }
        assertThat(alone).isEqualTo(inHalf(1 - failing));
        assertThat(queued()).isEqualTo(inHalf(failing));
        letHalvesThrough();
        assertThat(ids(claim(1, 500).jobs())).isEqualTo(inHalf(failing));
    }

    @Test
    void aHalfThatIsLateIsNotWaitedForAndStartedWhenItComes() throws Exception {
        fill(400, 1);
        holdUpHalf(1, "perform pg_advisory_xact_lock(4711)");
        try (Connection other = database.dataSource().getConnection();
                Statement statement = other.createStatement()) {
            statement.execute("select pg_advisory_lock(4711)");
            assertThatThrownBy(() -> claim(1, 500)).hasMessage("half of a claim has no answer after 1 s");
            assertThat(started.poll(10, TimeUnit.SECONDS)).isEqualTo(inHalf(0));
            assertThat(started).isEmpty();
            statement.execute("select pg_advisory_unlock(4711)");
        }
        assertThat(started.poll(10, TimeUnit.SECONDS)).isEqualTo(inHalf(1));
        assertThat(queued()).isEmpty();
    }

    private static void fill(int jobs, int entrypoints) {
        database.run("""
                insert into pgqueuer (priority, entrypoint, status)
                select 0, 'job' || n %% %d, 'queued' from generate_series(1, %d) as n""".formatted(entrypoints, jobs));
    }

    private static void holdUpHalf(int half, String statement) {
        database.run("""
                create function hold_up_half() returns trigger language plpgsql as $$
                begin
                    %s;
                    return new;
                end $$""".formatted(statement));
        database.run("""
                create trigger hold_up_half before update on pgqueuer
                   for each row when ((new.id >> 6) & 1 = %d) execute function hold_up_half()""".formatted(half));
    }

    private static List<String> inHalf(int half) {
        return database.column("select id from pgqueuer where (id >> 6) & 1 = " + half + " order by id");
    }

    private static List<String> queued() {
        return database.column("select id from pgqueuer where status = 'queued' order by priority desc, id");
    }

    /** By a new worker. */
    private JobFetcher.Claim claim(int entrypoints, int max) {
        List<String> names =
                IntStream.range(0, entrypoints).mapToObj(i -> "job" + i).toList();
        JobDatabase jobs = new JobDatabase(Transactions.over(database.dataSource()), JobNames.standard());
        return new JobFetcher(jobs, UUID.randomUUID(), names, Limits.none(), Duration.ofSeconds(30), false)
                .claim(
                        max,
                        new JobFetcher.Look(
                                new LineFronts(names, Limits.none()).ranges(),
                                new Shares(names, Limits.none()),
                                List.of()),
                        Set.of(),
                        claimed -> started.add(ids(claimed)));
    }

    private static List<String> ids(List<ClaimedJob> jobs) {
        return jobs.stream().map(claimed -> String.valueOf(claimed.job().id())).toList();
    }
}
