package dev.howdah.stream;

import static org.awaitility.Awaitility.await;

import dev.howdah.core.SqlErrors;
import dev.howdah.testkit.TestDatabase;
import dev.howdah.testkit.TestSession;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/** A connection that counts pages, waits for locks and hears notifications. */
final class EngineSession extends TestSession {

    private static final Pattern PAGES = Pattern.compile("Buffers: shared(?: hit=(\\d+))?(?: read=(\\d+))?");

    private final TestDatabase database;

    EngineSession(TestDatabase database) {
        super(database);
        this.database = database;
    }

    long number(String sql) {
        return Long.parseLong(value(sql));
    }

    /** How many pages {@code sql}, a select of one row, touches. */
    long pages(String sql) {
        String plan = String.join("\n", column("explain (analyze, buffers, costs off, timing off) " + sql));
        Matcher pages = PAGES.matcher(plan);
        if (!pages.find()) {
            throw new IllegalStateException("no pages in " + plan);
        }
        return count(pages.group(1)) + count(pages.group(2));
    }

    private static long count(String digits) {
        return digits == null ? 0 : Long.parseLong(digits);
    }

    /** Runs it in a thread of its own, and comes back when PostgreSQL has it wait for a lock. */
    CompletableFuture<String> waiting(String sql) {
        CompletableFuture<String> result = CompletableFuture.supplyAsync(() -> value(sql));
        await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(10))
                .until(() -> database.value("select wait_event_type from pg_stat_activity where pid = " + pid())
                        .equals("Lock"));
        return result;
    }

    /** What it was notified of within this time, or nothing. */
    List<String> notifications(Duration wait) {
        try {
            PGNotification[] all =
                    connection().unwrap(PGConnection.class).getNotifications((int) Math.max(1, wait.toMillis()));
            List<String> payloads = new ArrayList<>();
            for (PGNotification notification : all == null ? new PGNotification[0] : all) {
                payloads.add(notification.getParameter());
            }
            return payloads;
        } catch (SQLException e) {
            throw SqlErrors.of(e);
        }
    }
}
