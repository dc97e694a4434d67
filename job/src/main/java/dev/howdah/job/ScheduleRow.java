package dev.howdah.job;

import dev.howdah.core.HowdahException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/** A schedule as it is in the tables, where others can write as well: read first, understood one by one. */
record ScheduleRow(
        long id,
        String expression,
        String entrypoint,
        String zone,
        byte @Nullable [] payload,
        int priority,
        @Nullable String headers,
        Instant next,
        @Nullable Instant last,
        Instant now) {

    static ScheduleRow of(ResultSet row) throws SQLException {
        OffsetDateTime last = row.getObject("last_run", OffsetDateTime.class);
        return new ScheduleRow(
                row.getLong("id"),
                row.getString("expression"),
                row.getString("entrypoint"),
                row.getString("zone"),
                row.getBytes("payload"),
                row.getInt("priority"),
                row.getString("headers"),
                row.getObject("next_run", OffsetDateTime.class).toInstant(),
                last == null ? null : last.toInstant(),
                row.getObject("now", OffsetDateTime.class).toInstant());
    }

    /** @throws HowdahException.InvalidInput if it is none that this JVM understands: its zone may be newer than the JVM */
    JobSchedule schedule() {
        try {
            return new JobSchedule(expression, entrypoint, ZoneId.of(zone), payload, priority, headers);
        } catch (DateTimeException e) {
            throw new HowdahException.InvalidInput("schedule \"" + expression + "\" of entrypoint \"" + entrypoint
                    + "\": this JVM knows no time zone \"" + zone
                    + "\"; update it, or put the schedule with another zone");
        }
    }
}
