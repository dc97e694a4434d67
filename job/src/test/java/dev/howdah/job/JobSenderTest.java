package dev.howdah.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.howdah.core.HowdahException;
import dev.howdah.core.Wakeups;
import dev.howdah.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class JobSenderTest {

    @AutoClose
    static final TestDatabase database = TestDatabase.installed();

    private final JobSender sender = Jobs.over(database.dataSource(), Wakeups.over(database.dataSource()))
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
}
