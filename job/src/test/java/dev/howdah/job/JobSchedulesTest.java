package dev.howdah.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.howdah.core.HowdahException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JobSchedulesTest extends JobWorkerBase {

    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            */5 * * * *     | 2026-01-01T00:01:00Z | 2026-01-01T00:05:00Z
            * * * * * */10  | 2026-01-01T00:00:05Z | 2026-01-01T00:00:10Z
            0 9 * * 1-5     | 2026-01-02T10:00:00Z | 2026-01-05T09:00:00Z
            0 0 * * 7       | 2026-01-02T10:00:00Z | 2026-01-04T00:00:00Z
            0 0 * * SUN     | 2026-01-02T10:00:00Z | 2026-01-04T00:00:00Z
            0 0 29 2 *      | 2026-01-02T10:00:00Z | 2028-02-29T00:00:00Z
            30 6 1,15 * * 7 | 2026-01-02T10:00:00Z | 2026-01-15T06:30:07Z
            """)
    void knowsWhenTheNextTimeIs(String expression, String after, String next) {
        assertThat(CronExpression.parse(expression).next(Instant.parse(after), ZoneId.of("UTC")))
                .isEqualTo(next);
    }

    /** Clocks go from 02:00 to 03:00 on 29 March and from 03:00 back to 02:00 on 25 October. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            30 2 * * *    | 2026-03-28T00:00:00Z | 2026-03-28T01:30:00Z 2026-03-29T01:00:00Z 2026-03-30T00:30:00Z
            30 2 * * *    | 2026-10-24T00:00:00Z | 2026-10-24T00:30:00Z 2026-10-25T00:30:00Z 2026-10-26T01:30:00Z
            0 3 * * *     | 2026-03-28T12:00:00Z | 2026-03-29T01:00:00Z 2026-03-30T01:00:00Z
            */30 * * * *  | 2026-03-29T00:20:00Z | 2026-03-29T00:30:00Z 2026-03-29T01:00:00Z 2026-03-29T01:30:00Z
            */30 * * * *  | 2026-10-24T23:50:00Z | 2026-10-25T00:00:00Z 2026-10-25T00:30:00Z 2026-10-25T01:00:00Z 2026-10-25T01:30:00Z 2026-10-25T02:00:00Z
            0 * * * *     | 2026-10-25T00:30:00Z | 2026-10-25T01:00:00Z 2026-10-25T02:00:00Z
            """)
    void goesRightThroughChangesOfClocks(String expression, String after, String times) {
        Instant time = Instant.parse(after);
        List<String> found = new ArrayList<>();
        for (int i = 0; i < times.split(" ").length; i++) {
            time = CronExpression.parse(expression).next(time, BERLIN);
            found.add(time.toString());
        }
        assertThat(found).containsExactly(times.split(" "));
    }

    @Test
    void refusesWhatIsNoExpression() {
        for (String expression : List.of("", "* * * *", "* * * * * * *", "61 * * * *", "x * * * *", "* * * * 8")) {
            assertThatThrownBy(() -> JobSchedule.of(expression, "a"))
                    .isInstanceOf(HowdahException.InvalidInput.class)
                    .hasMessageContaining("is no cron expression");
        }
        assertThatThrownBy(() -> jobs.schedules().put(JobSchedule.of("0 0 30 2 *", "a")))
                .isInstanceOf(HowdahException.InvalidInput.class)
                .hasMessageContaining("never comes");
        assertThatThrownBy(() -> JobSchedule.of("* * * * *", "")).hasMessage("entrypoint must not be empty");
    }

    @Test
    void missedTimesComeToOneJobAndOneInTheFleet() throws Exception {
        JobSchedule schedule = JobSchedule.of("*/5 * * * *", "a")
                .withPayload("p")
                .withPriority(3)
                .withHeaders("{\"h\": 1}");
        jobs.schedules().put(schedule);
        database.run("update pgqueuer_schedules set next_run = now() - interval '3 hours'");
        ExecutorService servers = Executors.newFixedThreadPool(4);
        Callable<Integer> fire = jobs.schedules()::fire;
        int fired = 0;
        for (Future<Integer> one : servers.invokeAll(List.of(fire, fire, fire, fire))) {
            fired += one.get();
        }
        servers.shutdown();
        assertThat(fired).isEqualTo(1);
        assertThat(
                        database.column(
                                "select format('%s %s %s %s', entrypoint, convert_from(payload, 'utf8'), priority, headers) from pgqueuer"))
                .containsExactly("a p 3 {\"h\": 1}");
        assertThat(database.value("select next_run > now() and last_run <= now() from pgqueuer_schedules"))
                .isEqualTo("t");
        assertThat(jobs.schedules().fire()).isZero();
    }

    /** Its zone may be newer than this JVM, its expression somebody's own writing, its job refused by the table. */
    @Test
    void oneThatCannotBeSentKeepsNoOtherBack() {
        for (String entrypoint : List.of("zone", "expression", "refused", "good")) {
            jobs.schedules().put(JobSchedule.of("0 9 * * *", entrypoint));
        }
        database.run("update pgqueuer_schedules set next_run = now() - interval '1 hour' * (5 - id)");
        database.run("update pgqueuer_schedule_jobs set zone = 'Europe/Nowhere' where entrypoint = 'zone'");
        database.run("alter table pgqueuer_schedule_jobs drop constraint " + database.value("""
                select conname from pg_constraint
                 where conrelid = 'pgqueuer_schedule_jobs'::regclass and contype = 'f'"""));
        for (String table : List.of("pgqueuer_schedules", "pgqueuer_schedule_jobs")) {
            database.run("update " + table + " set expression = 'daily' where entrypoint = 'expression'");
        }
        database.run("alter table pgqueuer add constraint refuses check (entrypoint <> 'refused')");
        assertThat(jobs.schedules().fire()).isEqualTo(1);
        assertThat(database.column("select entrypoint from pgqueuer")).containsExactly("good");
        assertThat(database.column("""
                select entrypoint from pgqueuer_schedules
                 where last_run is null and next_run between now() + interval '50 s' and now() + interval '60 s'
                 order by id""")).containsExactly("zone", "expression", "refused");
        assertThatThrownBy(() -> jobs.schedules().list())
                .isInstanceOf(HowdahException.InvalidInput.class)
                .hasMessageContaining("daily");
        assertThat(jobs.schedules().delete("daily", "expression")).isTrue();
        assertThatThrownBy(() -> jobs.schedules().list())
                .isInstanceOf(HowdahException.InvalidInput.class)
                .hasMessageContaining("\"0 9 * * *\" of entrypoint \"zone\"")
                .hasMessageContaining("no time zone \"Europe/Nowhere\"");
    }

    @Test
    void thereIsOneForAnExpressionAndAnEntrypoint() {
        jobs.schedules().put(JobSchedule.of("0 9 * * *", "a"));
        database.run("update pgqueuer_schedules set next_run = now() - interval '1 minute'");
        jobs.schedules().put(JobSchedule.of("0 9 * * *", "a").withPayload("new"));
        assertThat(database.value("select count(*) from pgqueuer_schedules")).isEqualTo("1");
        assertThat(database.value("select next_run < now() from pgqueuer_schedules"))
                .as("what is due stays due")
                .isEqualTo("t");
        jobs.schedules().put(JobSchedule.of("0 9 * * *", "a").withZone(BERLIN));
        assertThat(database.value(
                        "select extract(hour from next_run at time zone 'Europe/Berlin') from pgqueuer_schedules"))
                .isEqualTo("9");
        jobs.schedules().put(JobSchedule.of("0 9 * * *", "b"));
        assertThat(jobs.schedules().list().stream()
                        .map(e -> e.schedule().entrypoint() + " " + e.schedule().zone()))
                .containsExactly("a Europe/Berlin", "b UTC");
        assertThat(jobs.schedules().delete("0 9 * * *", "a")).isTrue();
        assertThat(jobs.schedules().delete("0 9 * * *", "a")).isFalse();
        assertThat(database.column("select entrypoint from pgqueuer_schedule_jobs"))
                .containsExactly("b");
    }

    @Test
    void leavesTheSchedulesOfOthersAlone() {
        database.run(
                "insert into pgqueuer_schedules (expression, entrypoint, next_run) values ('* * * * *', 'python', now())");
        assertThat(jobs.schedules().fire()).isZero();
        assertThat(jobs.schedules().list()).isEmpty();
        assertThat(jobs.schedules().delete("* * * * *", "python")).isFalse();
        assertThat(database.value("select count(*) from pgqueuer_schedules")).isEqualTo("1");
    }

    @Test
    void theDutyRestsUntilTheNextIsDue() throws Exception {
        var duty = jobs.schedules().duty();
        assertThat(duty.doWork()).isZero();
        assertThat(duty.idle().toMillis()).isEqualTo(1_000);
        jobs.schedules().put(JobSchedule.of("* * * * * *", "a"));
        database.run("update pgqueuer_schedules set next_run = now() + interval '500 ms'");
        assertThat(duty.doWork()).isZero();
        assertThat(duty.idle().toMillis()).isBetween(1L, 500L);
        database.run("update pgqueuer_schedules set next_run = now()");
        assertThat(duty.doWork()).isEqualTo(1);
    }
}
