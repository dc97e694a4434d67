package dev.howdah;

import dev.howdah.core.Duty;
import dev.howdah.core.Wakeups;
import dev.howdah.job.Jobs;
import dev.howdah.queue.Queues;
import dev.howdah.stream.Streams;
import java.util.List;
import java.util.stream.Stream;
import javax.sql.DataSource;

/**
 * Messages on a PostgreSQL database: what an application, or a server, starts from. One for each database is enough; it
 * is safe for any number of threads.
 *
 * <p>Connections come from the DataSource as they are needed; one is kept for LISTEN from the first worker on. Close the
 * workers first, then this; the DataSource stays the caller's.
 */
public final class Howdah implements AutoCloseable {

    private final Wakeups wakeups;
    private final Streams streams;
    private final Queues queues;
    private final Jobs jobs;

    private Howdah(DataSource dataSource, DataSource direct) {
        wakeups = Wakeups.over(direct);
        streams = Streams.over(dataSource, direct, wakeups);
        queues = Queues.over(dataSource, direct, wakeups);
        jobs = Jobs.over(dataSource, direct, wakeups);
    }

    /** All connections from one DataSource; a pool must have one to spare for LISTEN. */
    public static Howdah over(DataSource dataSource) {
        return new Howdah(dataSource, dataSource);
    }

    /** The connections that are kept from elsewhere: directly to PostgreSQL, where {@code dataSource} goes through a pooler. */
    public static Howdah over(DataSource dataSource, DataSource direct) {
        return new Howdah(dataSource, direct);
    }

    /** Event streams. */
    public Streams streams() {
        return streams;
    }

    /** Transactional queues. */
    public Queues queues() {
        return queues;
    }

    /** Background jobs. */
    public Jobs jobs() {
        return jobs;
    }

    /** What keeps all wings healthy; a server runs these. */
    public List<Duty> duties() {
        return Stream.of(streams.duties(), queues.duties(), jobs.duties())
                .flatMap(List::stream)
                .toList();
    }

    @Override
    public void close() {
        jobs.close();
        wakeups.close();
    }
}
