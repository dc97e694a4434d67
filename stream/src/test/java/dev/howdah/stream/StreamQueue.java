package dev.howdah.stream;

import dev.howdah.testkit.TestDatabase;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** A queue of a test's own. In SQL that is said to it, {@code {q}} is the queue's name, as a literal. */
record StreamQueue(TestDatabase database, String name) {

    private static final AtomicInteger NUMBER = new AtomicInteger();

    static StreamQueue create(TestDatabase database) {
        StreamQueue queue = new StreamQueue(database, "queue " + NUMBER.incrementAndGet());
        queue.value("select pgque.create_queue({q})");
        return queue;
    }

    String sql(String text) {
        return text.replace("{q}", "'" + name + "'");
    }

    List<String> column(String text) {
        return database.column(sql(text));
    }

    String value(String text) {
        return database.value(sql(text));
    }

    void run(String text) {
        database.run(sql(text));
    }

    /** Sends 1 to {@code last} and ticks. */
    void sendNumbers(int last) {
        run("select pgque.send_batch({q}, array(select i::text from generate_series(1, %d) i))".formatted(last));
        tick();
    }

    void tick() {
        run("select howdah_stream.tick_round(null)");
    }

    /** Events that were put off are put into the queue, due or not. */
    void retryNow() {
        run("update pgque.retry_queue set ev_retry_after = now()");
        run("select pgque.maint_retry_events()");
        tick();
    }

    StreamSession session() {
        return StreamSession.open(this);
    }
}
