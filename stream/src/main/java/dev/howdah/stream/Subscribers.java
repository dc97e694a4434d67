package dev.howdah.stream;

import dev.howdah.core.Transactions;
import java.util.List;
import javax.sql.DataSource;

/** Registers a consumer, and finds the numbers by which the engine knows it. */
final class Subscribers {

    private final Statements statements;
    private final String stream;
    private final String consumer;

    Subscribers(DataSource dataSource, String stream, String consumer) {
        this.statements = new Statements(Transactions.over(dataSource));
        this.stream = stream;
        this.consumer = consumer;
    }

    Subscriber whole() {
        statements.number(StreamSql.SUBSCRIBE, stream, consumer);
        return find(consumer);
    }

    List<Subscriber> members(int workers) {
        throw new UnsupportedOperationException();
    }

    List<Subscriber> partitions(int lines) {
        throw new UnsupportedOperationException();
    }

    private Subscriber find(String name) {
        return statements
                .rows(StreamSql.SUBSCRIBER, row -> new Subscriber(row.getInt(1), row.getInt(2)), stream, name)
                .get(0);
    }
}
