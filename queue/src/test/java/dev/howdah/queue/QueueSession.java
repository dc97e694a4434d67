package dev.howdah.queue;

import dev.howdah.testkit.TestDatabase;
import dev.howdah.testkit.TestSession;
import javax.sql.DataSource;

/** A connection that reads messages in transactions of its own. */
final class QueueSession extends TestSession {

    QueueSession(TestDatabase database) {
        super(database);
    }

    QueueSession(TestDatabase database, DataSource login) {
        super(database, login);
    }

    @Override
    public QueueSession run(String sql) {
        super.run(sql);
        return this;
    }

    /** The next message of a queue, or "null". */
    String read(String queue) {
        return value("select pgpro_queue.read_message('" + queue + "')");
    }
}
