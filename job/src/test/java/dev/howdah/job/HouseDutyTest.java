package dev.howdah.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class HouseDutyTest extends JobWorkerBase {

    private final HouseDuty rollUp =
            new HouseDuty("statistics", database(), HouseSql.ROLL_UP, HouseSql.ROLL_UP_PORTION, Duration.ofMinutes(1));

    @Test
    void whatComesWhileItRestsWaits() {
        jobs.sender().send(NewJob.of("a"));
        assertThat(rollUp.doWork()).isEqualTo(1);
        jobs.sender().send(NewJob.of("a"));
        assertThat(rollUp.doWork()).isZero();
        assertThat(rollUp.idle()).isBetween(Duration.ofSeconds(30), Duration.ofMinutes(1));
        assertThat(database.value("select count(*) from pgqueuer_log where not aggregated"))
                .isEqualTo("1");
    }

    @Test
    void afterAWholePortionItRestsShortly() {
        log(HouseSql.ROLL_UP_PORTION + 7);
        assertThat(rollUp.doWork()).isEqualTo(HouseSql.ROLL_UP_PORTION);
        assertThat(rollUp.idle()).isLessThan(Duration.ofSeconds(30));
        await().atMost(Duration.ofSeconds(60)).until(() -> rollUp.doWork() == 7);
        assertThat(rollUp.doWork()).isZero();
        assertThat(database.value("select sum(count) from pgqueuer_statistics"))
                .isEqualTo("" + (HouseSql.ROLL_UP_PORTION + 7));
    }

    @Test
    void allOfItTakesNoRest() {
        log(2 * HouseSql.ROLL_UP_PORTION + 7);
        assertThat(rollUp.doAll()).isEqualTo(2 * HouseSql.ROLL_UP_PORTION + 7);
    }

    private void log(int rows) {
        database.run("""
                insert into pgqueuer_log (job_id, status, priority, entrypoint)
                select n, 'queued', 0, 'a' from generate_series(1, %d) n""".formatted(rows));
    }
}
