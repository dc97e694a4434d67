package dev.howdah.job;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/** Sends very many jobs in one transaction: draws ids for some thousands, and copies these into both tables. */
final class BulkLoad {

    private static final int JOBS_A_TIME = 10_000;
    private static final int CHARS_A_PACKET = 64 * 1024;
    private static final char[] HEX = "0123456789abcdef".toCharArray();

    private final Connection connection;
    private final JobDatabase database;

    BulkLoad(Connection connection, JobDatabase database) {
        this.connection = connection;
        this.database = database;
    }

    /** Writes a job's row. */
    @FunctionalInterface
    private interface RowWriter {
        void write(StringBuilder rows, NewJob job, long id) throws SQLException;
    }

    long[] load(Iterator<NewJob> jobs) throws SQLException {
        long[] all = new long[0];
        List<NewJob> some = new ArrayList<>();
        while (jobs.hasNext()) {
            some.add(jobs.next());
            if (some.size() == JOBS_A_TIME || !jobs.hasNext()) {
                long[] ids = copy(some);
                all = Arrays.copyOf(all, all.length + ids.length);
                System.arraycopy(ids, 0, all, all.length - ids.length, ids.length);
                some.clear();
            }
        }
        return all;
    }

    private long[] copy(List<NewJob> jobs) throws SQLException {
        List<long[]> drawn = new ArrayList<>(1);
        Instant now = database.rows(
                        connection,
                        JobSql.DRAW_IDS,
                        row -> {
                            drawn.add(Arrays.stream((Long[]) row.getArray(1).getArray())
                                    .mapToLong(Long::longValue)
                                    .toArray());
                            return row.getObject(2, OffsetDateTime.class).toInstant();
                        },
                        jobs.size())
                .get(0);
        long[] ids = drawn.get(0);
        copy(JobSql.COPY_JOBS, jobs, ids, (rows, job, id) -> job(rows, job, id, now));
        copy(JobSql.COPY_LOG, jobs, ids, BulkLoad::log);
        return ids;
    }

    private void copy(String sql, List<NewJob> jobs, long[] ids, RowWriter writer) throws SQLException {
        CopyIn copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn(database.sql(sql));
        try {
            StringBuilder rows = new StringBuilder(CHARS_A_PACKET + 1024);
            for (int i = 0; i < ids.length; i++) {
                writer.write(rows, jobs.get(i), ids[i]);
                if (rows.length() >= CHARS_A_PACKET) {
                    send(copy, rows);
                }
            }
            send(copy, rows);
            copy.endCopy();
        } finally {
            if (copy.isActive()) {
                copy.cancelCopy();
            }
        }
    }

    private static void send(CopyIn copy, StringBuilder rows) throws SQLException {
        byte[] bytes = rows.toString().getBytes(StandardCharsets.UTF_8);
        copy.writeToCopy(bytes, 0, bytes.length);
        rows.setLength(0);
    }

    private static void job(StringBuilder rows, NewJob job, long id, Instant now) {
        rows.append(id).append('\t');
        field(rows, job.entrypoint());
        rows.append('\t');
        bytes(rows, job.payload());
        rows.append('\t').append(job.priority()).append('\t');
        Instant delayed = now.plus(job.delay());
        rows.append(job.runAt() == null || job.runAt().isBefore(now) ? delayed : job.runAt());
        rows.append('\t');
        field(rows, job.dedupeKey());
        rows.append('\t');
        field(rows, headers(job, now));
        rows.append("\tqueued\n");
    }

    private static void log(StringBuilder rows, NewJob job, long id) {
        rows.append(id).append("\tqueued\t").append(job.priority()).append('\t');
        field(rows, job.entrypoint());
        rows.append('\n');
    }

    private static @Nullable String headers(NewJob job, Instant now) {
        Duration expiresAfter = job.expiresAfter();
        return expiresAfter == null
                ? job.headers()
                : JobHeaders.withExpiry(Objects.requireNonNullElse(job.headers(), "{}"), now.plus(expiresAfter));
    }

    private static void bytes(StringBuilder rows, byte @Nullable [] bytes) {
        if (bytes == null) {
            rows.append("\\N");
            return;
        }
        rows.append("\\\\x");
        for (byte b : bytes) {
            rows.append(HEX[(b >> 4) & 15]).append(HEX[b & 15]);
        }
    }

    /** As COPY's text format has it. */
    private static void field(StringBuilder rows, @Nullable String value) {
        if (value == null) {
            rows.append("\\N");
            return;
        }
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '\\' -> rows.append("\\\\");
                case '\n' -> rows.append("\\n");
                case '\r' -> rows.append("\\r");
                case '\t' -> rows.append("\\t");
                default -> rows.append(c);
            }
        }
    }
}
