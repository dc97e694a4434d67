package dev.howdah.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.howdah.core.HowdahException;
import dev.howdah.core.Outcome;
import dev.howdah.core.Transactions;
import dev.howdah.core.Wakeups;
import dev.howdah.install.InstallReport;
import dev.howdah.install.Installer;
import dev.howdah.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A database that PGQueuer has made, with its jobs, becomes one of Howdah's and stays one of PGQueuer's. */
class AdoptionTest {

    private static final Installer INSTALLER = Installer.forWingsOnClassPath();
    private static final List<String> BEFORE = List.of(
            "select format('%s %s %s %s %s %s %s', id, priority, created, updated, status, entrypoint, payload)"
                    + " from pgqueuer order by id",
            "select format('%s %s %s', status, entrypoint, sum(count)) from pgqueuer_statistics"
                    + " group by status, entrypoint order by 1");
    private static final String SCHEDULES = "select format('%s %s %s %s', id, expression, entrypoint, last_run)"
            + " from pgqueuer_schedules order by id";
    private static final String WAITING_TIMES =
            "select format('%s %s %s %s %s %s', id, created, count, time_in_queue, status, entrypoint) from %s order by id";
    private static final String LOG =
            "select format('%s %s %s %s', id, created, job_id, status) from pgqueuer_log order by id";

    @ParameterizedTest
    @EnumSource
    void adopts(AdoptionEra era) {
        try (TestDatabase test = TestDatabase.empty();
                AdoptionBase database = new AdoptionBase(test.dataSource())) {
            List<String> empty = database.dump();
            era.create(database);
            era.fill(database);
            adoptAndUse(era, database);

            INSTALLER.uninstall(database.dataSource());
            assertThat(database.dump()).isEqualTo(empty);
        }
    }

    @Test
    void adoptsInASchemaOfItsOwn() {
        try (TestDatabase test = TestDatabase.empty()) {
            test.run("create schema \"My \"\"Jobs\"");
            AdoptionBase database = AdoptionBase.inSchema(test.dataSource(), "\"My \"\"Jobs\", public");
            AdoptionEra.V0_4.create(database);
            AdoptionEra.V0_4.fill(database);
            adoptAndUse(AdoptionEra.V0_4, database);
        }
    }

    @Test
    void aSlotIsGivenUpWhenItsJobIsPutBack() {
        try (TestDatabase test = TestDatabase.empty();
                AdoptionBase database = new AdoptionBase(test.dataSource())) {
            AdoptionEra.V1_4.create(database);
            AdoptionEra.V1_4.fill(database);
            INSTALLER.install(database.dataSource());

            database.run("update pgqueuer set status = 'queued' where entrypoint = 'adopted' and slot = 1");
            assertThat(database.one("select count(*) from pgqueuer where entrypoint = 'adopted' and slot is not null"))
                    .isEqualTo("0");
            assertThat(database.one("select count(*) from pgqueuer where entrypoint = 'other' and slot = 1"))
                    .isEqualTo("1");
        }
    }

    @Test
    void aJobOfAWorkerThatHoldsTheTableIsNotLost() throws Exception {
        try (TestDatabase test = TestDatabase.empty();
                AdoptionBase database = new AdoptionBase(test.dataSource())) {
            AdoptionEra.V0_20.create(database);
            try (Connection worker = database.dataSource().getConnection();
                    Statement statement = worker.createStatement()) {
                worker.setAutoCommit(false);
                statement.execute("insert into pgqueuer (priority, entrypoint, status) values (1, 'a', 'queued')");
                AdoptionBase impatient = AdoptionBase.withOptions(test.dataSource(), "-c lock_timeout=100");

                assertThatThrownBy(() -> INSTALLER.install(impatient.dataSource()))
                        .isInstanceOf(HowdahException.Conflict.class);
                worker.commit();
            }
            assertThat(INSTALLER.install(database.dataSource()).applied()).contains("job 2_tables");
            assertThat(database.one("select entrypoint from pgqueuer")).isEqualTo("a");
        }
    }

    @Test
    void leavesTablesOfOtherNamesAlone() {
        try (TestDatabase test = TestDatabase.empty();
                TestDatabase fresh = TestDatabase.installed()) {
            test.run("create table acme_pgqueuer (id int); insert into acme_pgqueuer values (1)");

            assertThat(INSTALLER.install(test.dataSource()).notices()).isEmpty();

            List<String> added = new AdoptionBase(test.dataSource()).dump();
            added.removeIf(line -> line.contains("acme_"));
            assertThat(added).isEqualTo(new AdoptionBase(fresh.dataSource()).dump());
            assertThat(test.value("select id from acme_pgqueuer")).isEqualTo("1");
        }
    }

    private static void adoptAndUse(AdoptionEra era, AdoptionBase database) {
        List<List<String>> before = BEFORE.stream().map(database::column).toList();
        List<String> schedules = era.since(AdoptionEra.V0_18) ? database.column(SCHEDULES) : List.of();
        List<String> log = era.since(AdoptionEra.V0_19_UPGRADED) ? database.column(LOG) : List.of();
        List<String> waitingTimes = era.hasWaitingTime()
                ? database.column(WAITING_TIMES.replace("from %s", "from pgqueuer_statistics"))
                : List.of();

        InstallReport report = INSTALLER.install(database.dataSource());

        assertThat(report.applied())
                .containsExactly(
                        "job 1_types",
                        "job 2_tables",
                        "job 3_statistics",
                        "job 4_adoption",
                        "job 5_additions",
                        "job functions");
        assertThat(report.notices()).isEqualTo(AdoptionDifferences.notices(era));
        assertThat(BEFORE.stream().map(database::column).toList()).isEqualTo(before);
        assertThat(database.column(SCHEDULES)).isEqualTo(schedules);
        assertThat(database.column(LOG)).isEqualTo(log);
        if (era.hasWaitingTime()) {
            String kept = WAITING_TIMES.replace("from %s", "from pgqueuer_statistics_waiting_times");
            assertThat(database.column(kept)).isNotEmpty().isEqualTo(waitingTimes);
        }
        assertThat(INSTALLER.install(database.dataSource()).applied()).isEmpty();

        era.work(database, 1);
        era.work(database, 2);
        era.work(database, 3);
        assertThat(database.column("select entrypoint from pgqueuer where entrypoint = 'old'"))
                .isEmpty();
        assertThat(database.one("select count(*) > 0 from pgqueuer_statistics where entrypoint = 'old'"))
                .isEqualTo("t");
        HouseDuty rollUp = new HouseDuty(
                "job-statistics",
                new JobDatabase(Transactions.over(database.dataSource()), JobNames.standard()),
                HouseSql.ROLL_UP,
                HouseSql.ROLL_UP_PORTION,
                Duration.ZERO);
        rollUp.doAll();
        assertThat(database.one("select count(*) from pgqueuer_log where not aggregated"))
                .isEqualTo("0");
        workTheJobs(database);
    }

    private static void workTheJobs(AdoptionBase database) {
        int due = Integer.parseInt(
                database.one("select count(*) from pgqueuer where entrypoint = 'adopted' and payload = 'work'"));
        database.run("select fn_pgqueuer_enqueue('adopted', 'work', dedupe_key => 'mine', headers => '{\"a\": 1}')");
        AtomicInteger handled = new AtomicInteger();
        AtomicInteger others = new AtomicInteger();
        try (Wakeups wakeups = Wakeups.over(database.dataSource());
                JobWorker worker = Jobs.over(database.dataSource(), database.dataSource(), wakeups)
                        .worker()
                        .handle("adopted", job -> {
                            (job.text().equals("work") ? handled : others).incrementAndGet();
                            return Outcome.done();
                        })
                        .heartbeatTimeout(Duration.ofSeconds(1))
                        .poll(Duration.ofMillis(100))
                        .start()) {
            await().until(() -> handled.get() == due + 1);
        }
        assertThat(others).hasValue(0);
        assertThat(database.one("select count(*) from pgqueuer where entrypoint = 'adopted' and payload = 'work'"))
                .isEqualTo("0");
        assertThat(database.one("select count(*) from pgqueuer where entrypoint = 'other' and status = 'picked'"))
                .isEqualTo("1");
    }
}
