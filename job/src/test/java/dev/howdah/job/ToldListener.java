package dev.howdah.job;

import dev.howdah.core.SqlErrors;
import dev.howdah.testkit.TestDatabase;
import dev.howdah.testkit.TestSession;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/** Who listens to PGQueuer's channel. Notifications come in the order of commits: a mark says that all before it are there. */
final class ToldListener implements AutoCloseable {

    static final String CHANNEL = "ch_pgqueuer";
    static final String MARKS = "mark";
    private static final String END = "end";

    private final TestDatabase database;
    private final TestSession session;

    ToldListener(TestDatabase database) {
        this.database = database;
        session = new TestSession(database).run("listen " + CHANNEL + "; listen " + MARKS);
    }

    /** All that was told since the last time, and marks among it. */
    List<PGNotification> heard() {
        database.run("notify " + MARKS + ", '" + END + "'");
        List<PGNotification> heard = new ArrayList<>();
        try {
            while (heard.stream().noneMatch(n -> n.getParameter().equals(END))) {
                heard.addAll(
                        List.of(session.connection().unwrap(PGConnection.class).getNotifications(10_000)));
            }
        } catch (SQLException e) {
            throw SqlErrors.of(e);
        }
        return heard;
    }

    /** What was done to jobs, as far as it was told since the last time. */
    List<String> told() {
        return operations(heard());
    }

    /** The same, from a mark on. */
    List<String> toldAfter(String mark) {
        List<PGNotification> heard = heard();
        List<String> payloads = heard.stream().map(PGNotification::getParameter).toList();
        return operations(heard.subList(payloads.indexOf(mark), heard.size()));
    }

    private static List<String> operations(List<PGNotification> heard) {
        return heard.stream()
                .filter(notification -> notification.getName().equals(CHANNEL))
                .map(notification -> notification.getParameter().replaceFirst(".*\"operation\" : \"(\\w+)\".*", "$1"))
                .toList();
    }

    @Override
    public void close() {
        session.close();
    }
}
