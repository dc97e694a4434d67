package dev.howdah.stream;

import dev.howdah.core.Statements;
import dev.howdah.core.Transactions;
import java.util.List;
import javax.sql.DataSource;

/** Registers a consumer, and finds the numbers by which the engine knows it. */
final class Subscribers {

    private final Statements statements;
    private final String stream;
    private final String consumer;

    Subscribers(DataSource dataSource, String stream, String consumer) {
        this.statements = new Statements(Transactions.over(dataSource), stream);
        this.stream = stream;
        this.consumer = consumer;
    }

    /** One, of which all workers have a batch in turn. */
    List<Subscriber> whole() {
        return join(false, 1);
    }

    /** One, of which each worker has a batch of its own. */
    List<Subscriber> shared() {
        return join(true, 1);
    }

    /** As many as there are partitions, each like a whole. */
    List<Subscriber> partitions(int number) {
        return join(false, number);
    }

    private List<Subscriber> join(boolean shared, int slots) {
        return statements.rows(
                StreamSql.JOIN_WORKERS,
                row -> new Subscriber(
                        row.getInt("sub_no"),
                        row.getInt("sub_id"),
                        row.getInt("sub_queue"),
                        row.getObject("sub_slot", Integer.class),
                        row.getObject("sub_slots", Integer.class)),
                stream,
                consumer,
                shared,
                slots);
    }
}
