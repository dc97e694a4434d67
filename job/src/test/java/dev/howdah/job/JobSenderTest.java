package dev.howdah.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.howdah.core.HowdahException;
import dev.howdah.core.Transactions;
import dev.howdah.core.Wakeups;
import dev.howdah.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class JobSenderTest {

    @AutoClose
    static final TestDatabase database = TestDatabase.installed();

    private final JobSender sender = Jobs.over(
                    database.dataSource(), database.dataSource(), Wakeups.over(database.dataSource()))
            .sender();

    @BeforeEach
    void empty() {
        database.run("truncate pgqueuer, pgqueuer_log");
    }

    @Test
    void sendsEveryField() {
        long id = sender.send(NewJob.of("fetch")
                .withPayload("hello")
                .withPriority(5)
                .withDelay(Duration.ofSeconds(90))
                .withDedupeKey("k")
                .withHeaders("{\"source\": \"api\"}"));

        assertThat(database.value("""
                select format('%s %s %s %s %s %s %s', id, entrypoint, convert_from(payload, 'utf8'), priority,
                              execute_after - created, dedupe_key, headers)
                  from pgqueuer where status = 'queued' and attempts = 0 and queue_manager_id is null""")).isEqualTo(id + " fetch hello 5 00:01:30 k {\"source\": \"api\"}");
        assertThat(database.column("select format('%s %s', status, job_id) from pgqueuer_log"))
                .containsExactly("queued " + id);
    }

    @Test
    void sendsManyInOneStatementAndSaysTheirIdsInOrder() {
        List<NewJob> jobs = IntStream.range(0, 2_000)
                .mapToObj(i -> i % 3 == 0
                        ? NewJob.of("plain")
                        : NewJob.of("full")
                                .withPayload("p" + i)
                                .withPriority(i % 7)
                                .withHeaders("{\"n\": " + i + "}"))
                .toList();

        List<Long> ids = sender.sendAll(jobs);

        assertThat(ids).hasSize(2_000).isSorted();
        assertThat(database.value("select convert_from(payload, 'utf8') from pgqueuer where id = " + ids.get(1_001)))
                .isEqualTo("p1001");
        assertThat(database.value("select (headers ->> 'n') from pgqueuer where id = " + ids.get(5)))
                .isEqualTo("5");
        assertThat(database.value("select payload is null from pgqueuer where id = " + ids.get(0)))
                .isEqualTo("t");
        assertThat(database.value("select count(distinct xmin::text) from pgqueuer"))
                .isEqualTo("1");
        assertThat(database.value("select count(*) from pgqueuer_log where status = 'queued'"))
                .isEqualTo("2000");
        assertThat(sender.sendAll(List.of())).isEmpty();
    }

    @Test
    void joinsTheCallersTransaction() throws SQLException {
        try (Connection connection = database.dataSource().getConnection()) {
            connection.setAutoCommit(false);
            sender.send(connection, NewJob.of("one"));
            sender.sendAll(connection, List.of(NewJob.of("two"), NewJob.of("three")));
            assertThat(database.value("select count(*) from pgqueuer")).isEqualTo("0");
            connection.rollback();
            sender.send(connection, NewJob.of("four"));
            connection.commit();
        }
        assertThat(database.column("select entrypoint from pgqueuer")).containsExactly("four");
    }

    @Test
    void refusesASecondJobWithTheSameDedupeKeyAndTheWholeBatchWithIt() {
        sender.send(NewJob.of("a").withDedupeKey("same"));

        assertThatThrownBy(() -> sender.send(NewJob.of("b").withDedupeKey("same")))
                .isInstanceOf(HowdahException.Duplicate.class)
                .hasMessageContaining("pgqueuer_unique_dedupe_key")
                .satisfies(e -> assertThat(((HowdahException) e).queue()).contains("b"));
        assertThatThrownBy(() ->
                        sender.sendAll(List.of(NewJob.of("c"), NewJob.of("d").withDedupeKey("same"))))
                .isInstanceOf(HowdahException.Duplicate.class);
        assertThat(database.column("select entrypoint from pgqueuer")).containsExactly("a");
        assertThat(database.value("select count(*) from pgqueuer_log")).isEqualTo("1");
    }

    @Test
    void refusesWhatAWorkerCouldNotRead() {
        for (String headers : List.of("[]", "\"text\"", "1", "true")) {
            assertThatThrownBy(() -> sender.send(NewJob.of("a").withHeaders(headers)))
                    .isInstanceOf(HowdahException.InvalidInput.class)
                    .hasMessageStartingWith("headers must be a JSON object, got ");
            assertThatThrownBy(() -> sender.sendAll(List.of(NewJob.of("a").withHeaders(headers))))
                    .isInstanceOf(HowdahException.InvalidInput.class)
                    .hasMessageStartingWith("headers must be a JSON object, got ");
        }
        assertThatThrownBy(() -> sender.send(NewJob.of("a").withHeaders("{")))
                .isInstanceOf(HowdahException.InvalidInput.class)
                .hasMessage("invalid input syntax for type json");
        assertThatThrownBy(() -> NewJob.of("")).hasMessage("entrypoint must not be empty");
        assertThatThrownBy(() -> NewJob.of("a").withDelay(Duration.ofSeconds(-1)))
                .hasMessage("delay must not be negative, got PT-1S");
        assertThatThrownBy(() -> sender.send(NewJob.of("a").withDelay(Duration.ofDays(365 * 101))))
                .isInstanceOf(HowdahException.InvalidInput.class)
                .hasMessageStartingWith("execute_after must be at most 100 years");
        assertThat(database.value("select count(*) from pgqueuer")).isEqualTo("0");
    }

    @Test
    void theFunctionHoldsTheSameDoor() {
        assertThatThrownBy(() -> database.run("select fn_pgqueuer_enqueue('')"))
                .hasMessage("entrypoint must not be empty");
        assertThatThrownBy(() -> database.run("select fn_pgqueuer_enqueue('a', execute_after => '-1 s')"))
                .hasMessage("execute_after must not be negative, got -00:00:01");
        assertThatThrownBy(() -> database.run("select fn_pgqueuer_enqueue('a', execute_after => '9999 years')"))
                .hasMessageStartingWith("execute_after must be at most 100 years");
        assertThatThrownBy(() -> database.run("select fn_pgqueuer_enqueue(null)"))
                .isInstanceOf(HowdahException.InvalidInput.class);
        database.run("select fn_pgqueuer_enqueue('a', headers => 'null')");
        assertThat(database.column("select entrypoint from pgqueuer")).containsExactly("a");
    }

    @Test
    void nobodyMayEnqueueByBeingThere() {
        assertThat(database.value("""
                select count(*) from pg_proc, aclexplode(proacl) acl
                 where proname = 'fn_pgqueuer_enqueue' and acl.grantee = 0""")).isEqualTo("0");
    }

    @Test
    void skipsWhatIsThereAndKeepsThePlaces() {
        long there = sender.send(NewJob.of("a").withDedupeKey("k1"));
        List<OptionalLong> ids = sender.sendAllIfAbsent(List.of(
                NewJob.of("b"),
                NewJob.of("c").withDedupeKey("k1"),
                NewJob.of("d").withDedupeKey("k2"),
                NewJob.of("e").withDedupeKey("k2"),
                NewJob.of("f")));
        assertThat(ids.stream().map(OptionalLong::isPresent)).containsExactly(true, false, true, false, true);
        assertThat(database.column("select entrypoint from pgqueuer order by id"))
                .containsExactly("a", "b", "d", "f");
        assertThat(database.value("select count(*) from pgqueuer_log")).isEqualTo("4");
        assertThat(sender.sendIfAbsent(NewJob.of("g").withDedupeKey("k1"))).isEmpty();
        database.run("delete from pgqueuer where id = " + there);
        assertThat(sender.sendIfAbsent(NewJob.of("g").withDedupeKey("k1"))).isPresent();
    }

    @Test
    void loadsVeryManyWithEveryField() {
        Instant at = Instant.parse("2040-01-01T00:00:00Z");
        long[] ids = sender.load(IntStream.range(0, 25_000)
                .mapToObj(i -> i == 12_345
                        ? NewJob.of("tab\tand \\ and \n")
                                .withPayload(new byte[] {0, 1, -1})
                                .withPriority(-3)
                                .withRunAt(at)
                                .withDedupeKey("k")
                                .withHeaders("{\"a\": \"\\n\"}")
                                .withExpiry(Duration.ofHours(1))
                        : NewJob.of("a").withPayload("" + i))
                .iterator());
        assertThat(ids).hasSize(25_000).isSorted();
        assertThat(database.value("select convert_from(payload, 'utf8') from pgqueuer where id = " + ids[20_000]))
                .isEqualTo("20000");
        assertThat(database.value("""
                select concat_ws('|', entrypoint, encode(payload, 'hex'), priority,
                              execute_after at time zone 'UTC', dedupe_key, headers ->> 'a')
                  from pgqueuer where id = %d""".formatted(ids[12_345])))
                .isEqualTo("tab\tand \\ and \n|0001ff|-3|2040-01-01 00:00:00|k|\n");
        assertThat(database.value("select (headers ->> 'howdah_expires_at')::numeric - extract(epoch from created)"
                        + " between 3599 and 3601 from pgqueuer where id = " + ids[12_345]))
                .isEqualTo("t");
        assertThat(database.value("select count(distinct job_id) from pgqueuer_log where status = 'queued'"))
                .isEqualTo("25000");
        assertThatThrownBy(
                        () -> sender.load(List.of(NewJob.of("x"), NewJob.of("x").withDedupeKey("k"))
                                .iterator()))
                .isInstanceOf(HowdahException.Duplicate.class);
        assertThat(database.value("select count(*) from pgqueuer where entrypoint = 'x'"))
                .isEqualTo("0");
    }

    @Test
    void dueAtATimeWhicheverWay() {
        Instant at = Instant.parse("2040-01-01T00:00:00Z");
        sender.send(NewJob.of("a").withRunAt(at));
        sender.sendAll(List.of(NewJob.of("a").withRunAt(at), NewJob.of("now").withRunAt(Instant.EPOCH)));
        assertThat(database.column("select execute_after at time zone 'UTC' from pgqueuer where entrypoint = 'a'"))
                .containsExactly("2040-01-01 00:00:00", "2040-01-01 00:00:00");
        assertThat(database.value("select execute_after = created from pgqueuer where entrypoint = 'now'"))
                .isEqualTo("t");
    }

    @Test
    void anExpiredJobIsNeverClaimed() {
        sender.send(NewJob.of("a").withExpiry(Duration.ofHours(1)).withHeaders("{\"x\": 1}"));
        sender.send(NewJob.of("a").withHeaders("{\"howdah_expires_at\": \"no number\"}"));
        sender.send(NewJob.of("a").withHeaders("{\"howdah_expires_at\": 1}"));
        sender.send(NewJob.of("a").withHeaders("null").withExpiry(Duration.ofNanos(1_000)));
        JobDatabase jobs = new JobDatabase(Transactions.over(database.dataSource()), JobNames.standard());
        List<String> entrypoints = List.of("a");
        LineFronts fronts = new LineFronts(entrypoints, Limits.none());
        assertThat(new JobFetcher(jobs, UUID.randomUUID(), entrypoints, Limits.none(), Duration.ofSeconds(30), false)
                        .claim(
                                10,
                                new JobFetcher.Look(fronts.ranges(), new Shares(entrypoints, Limits.none()), List.of()),
                                Set.of(),
                                start -> {})
                        .jobs())
                .hasSize(2);
        assertThat(new HouseDuty("expiry", jobs, HouseSql.EXPIRE, HouseSql.PORTION, Duration.ZERO).doWork())
                .isEqualTo(2);
        assertThat(database.column("select status from pgqueuer")).containsOnly("picked");
    }

    @Test
    void theTablesMayHaveOtherNames() {
        database.run("""
                create schema if not exists other;
                create table other.x_jobs (like pgqueuer including all);
                create table other.x_pgqueuer_log (like pgqueuer_log including all)""");
        JobNames names = JobNames.standard().withPrefix("x_").inSchema("other").with("pgqueuer", "x_jobs");
        Jobs others =
                Jobs.over(database.dataSource(), database.dataSource(), Wakeups.over(database.dataSource()), names);
        long id = others.sender().send(NewJob.of("elsewhere"));
        assertThat(database.column("select entrypoint from other.x_jobs")).containsExactly("elsewhere");
        assertThat(others.cancel(List.of(id))).containsExactly(id);
        assertThat(others.history(id)).hasSize(2);
        assertThat(database.value("select count(*) from pgqueuer")).isEqualTo("0");
        assertThatThrownBy(() -> names.withPrefix("Bad-")).hasMessageStartingWith("a prefix is of lower-case letters");
        assertThatThrownBy(() -> names.with("jobs", "x")).hasMessageContaining("none of PGQueuer's names");
    }
}
