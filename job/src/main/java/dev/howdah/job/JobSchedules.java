package dev.howdah.job;

import dev.howdah.core.Duty;
import dev.howdah.core.HowdahException;
import dev.howdah.core.SqlErrors;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The schedules of a database. A server sends their jobs: each time once in the whole fleet, in the transaction that moves
 * the schedule on. Times that were missed while no server ran come to one job. One whose job can't be sent, because the
 * table refuses it or its zone is newer than the server's JVM, is tried again every minute, with an error in the log. Rows
 * of PGQueuer's own schedulers, which call functions instead, are left to these.
 */
public final class JobSchedules {

    private static final Logger log = LoggerFactory.getLogger(JobSchedules.class);

    private final JobDatabase database;

    JobSchedules(JobDatabase database) {
        this.database = database;
    }

    /**
     * A schedule as it is.
     *
     * @param last when it last came; null if it did not yet
     */
    public record Entry(
            JobSchedule schedule, Instant next, @Nullable Instant last) {}

    /**
     * Makes a schedule, or changes the one of this expression and entrypoint. One that is there and keeps its zone keeps
     * its next time as well, so an application may say it at every start.
     */
    public void put(JobSchedule schedule) {
        database.transactions().call(connection -> {
            Instant now = database.rows(connection, HouseSql.NOW, row -> instant(row, 1))
                    .get(0);
            CronExpression cron = CronExpression.parse(schedule.expression());
            return database.rows(
                    connection,
                    HouseSql.PUT_SCHEDULE,
                    row -> row.getLong(1),
                    schedule.expression(),
                    schedule.entrypoint(),
                    cron.next(now, schedule.zone()).atOffset(ZoneOffset.UTC),
                    schedule.zone().getId(),
                    schedule.payload(),
                    schedule.priority(),
                    schedule.headers());
        });
    }

    /**
     * By entrypoint and expression.
     *
     * @throws HowdahException.InvalidInput if there is one that this JVM does not understand; {@link #delete} removes it
     */
    public List<Entry> list() {
        return database.rows(HouseSql.SCHEDULES, ScheduleRow::of).stream()
                .map(row -> new Entry(row.schedule(), row.next(), row.last()))
                .toList();
    }

    /** Removes a schedule. @return false if there is none */
    public boolean delete(String expression, String entrypoint) {
        return !database.rows(HouseSql.DELETE_SCHEDULE, row -> row.getLong(1), expression, entrypoint)
                .isEmpty();
    }

    /** Sends what is due. One that can't be sent keeps no other back: it is tried again in a minute. @return how many jobs */
    int fire() {
        return database.transactions().call(connection -> {
            int fired = 0;
            for (ScheduleRow row : database.rows(connection, HouseSql.DUE_SCHEDULES, ScheduleRow::of)) {
                Savepoint before = connection.setSavepoint();
                try {
                    fire(connection, row);
                    fired++;
                } catch (HowdahException.Unavailable | HowdahException.Conflict e) {
                    throw e; // about all of them
                } catch (HowdahException e) {
                    connection.rollback(before);
                    database.rows(connection, HouseSql.PUT_OFF_SCHEDULE, put -> put.getLong(1), row.id());
                    log.error("no job of schedule \"{}\", {}: {}", row.expression(), row.entrypoint(), e.getMessage());
                }
            }
            return fired;
        });
    }

    private void fire(Connection connection, ScheduleRow row) {
        JobSchedule schedule = row.schedule();
        Instant next = CronExpression.parse(schedule.expression()).next(row.now(), schedule.zone());
        try {
            database.rows(
                    connection,
                    JobSql.SEND,
                    sent -> sent.getLong(1),
                    schedule.entrypoint(),
                    schedule.payload(),
                    schedule.priority(),
                    Duration.ZERO.toString(),
                    null,
                    null,
                    schedule.headers(),
                    null);
            database.rows(
                    connection, HouseSql.FIRED, moved -> moved.getLong(1), next.atOffset(ZoneOffset.UTC), row.id());
        } catch (SQLException e) {
            throw SqlErrors.of(e, schedule.entrypoint(), null);
        }
    }

    Duty duty() {
        return new Firing();
    }

    private static Instant instant(ResultSet row, int column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    /** Looks once a second at least, and when the next one is due. */
    private final class Firing implements Duty {
        private static final Duration SECOND = Duration.ofSeconds(1);
        private Duration idle = SECOND;

        @Override
        public String name() {
            return "job-schedules";
        }

        @Override
        public boolean onceOnly() {
            return true;
        }

        @Override
        public Duration idle() {
            return idle;
        }

        @Override
        public int doWork() {
            int fired = fire();
            if (fired == 0) {
                double millis = database.row(HouseSql.NEXT_SCHEDULE, row -> row.getDouble(1));
                idle = Duration.ofMillis((long) Math.max(1, Math.min(SECOND.toMillis(), millis)));
            }
            return fired;
        }
    }
}
