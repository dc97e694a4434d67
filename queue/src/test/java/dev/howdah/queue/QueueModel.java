package dev.howdah.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.testkit.TestDatabase;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A queue, and what it should be: which messages there are, who has read which at which savepoint, and how many readings
 * of each have failed. Two retries, no delay.
 */
final class QueueModel implements AutoCloseable {

    static final int READERS = 3;
    private static final int RETRIES = 2;

    private final TestDatabase database;
    private final String queue;
    private final long queueId;
    private final Map<Long, Integer> failures = new HashMap<>();
    private final List<Long> gone = new ArrayList<>();
    private final List<Reader> readers = new ArrayList<>();
    private final Deque<Prepared> prepared = new ArrayDeque<>();
    private int preparedBefore;

    private record Prepared(String name, List<Long> read) {}

    /** A session with its open transaction, if any: what it has read since each of its savepoints, the first one's first. */
    private final class Reader {
        private QueueSession session = new QueueSession(database);
        private final Deque<List<Long>> levels = new ArrayDeque<>();

        private List<Long> all() {
            return levels.stream().flatMap(List::stream).toList();
        }

        private void begin() {
            if (levels.isEmpty()) {
                session.run("begin");
                levels.addLast(new ArrayList<>());
            }
        }
    }

    QueueModel(TestDatabase database, String queue) {
        this.database = database;
        this.queue = queue;
        database.run("call pgpro_queue.create_queue('" + queue + "', queue_retries => " + RETRIES
                + ", queue_retry_delay => 0)");
        queueId = Long.parseLong(database.value("select howdah_queue.queue_id('" + queue + "')"));
        for (int i = 0; i < READERS; i++) {
            readers.add(new Reader());
        }
    }

    void send(int count, int priority) {
        for (int i = 0; i < count; i++) {
            failures.put(
                    Long.valueOf(
                            database.value("select pgpro_queue_data.send_%d('{}', null, %d, '{}', null, null, null)"
                                    .formatted(queueId, priority))),
                    0);
        }
    }

    void read(int number, int max) {
        Reader reader = readers.get(number);
        reader.begin();
        for (String row : reader.session.column(
                "select msgid || ' ' || attempts from pgpro_queue_data.take_%d(%d, null, null, null)"
                        .formatted(queueId, max))) {
            long id = Long.parseLong(row.split(" ")[0]);
            assertThat(failures).as("%s was sent and is not dead", id).containsKey(id);
            assertThat(failures.get(id)).as("failed readings of %s", id).isEqualTo(Integer.parseInt(row.split(" ")[1]));
            assertThat(isRead(id)).as("%s is read by somebody else", id).isFalse();
            assertThat(gone).doesNotContain(id);
            reader.levels.getLast().add(id);
        }
    }

    private boolean isRead(long id) {
        return readers.stream().anyMatch(r -> r.all().contains(id))
                || prepared.stream().anyMatch(p -> p.read.contains(id));
    }

    void savepoint(int number) {
        Reader reader = readers.get(number);
        reader.begin();
        reader.session.run("savepoint s" + reader.levels.size());
        reader.levels.addLast(new ArrayList<>());
    }

    /** To the savepoint {@code depth} levels up, as far as there are so many. */
    void rollbackToSavepoint(int number, int depth) {
        Reader reader = readers.get(number);
        if (reader.levels.size() > 1) {
            int to = Math.max(1, reader.levels.size() - depth);
            reader.session.run("rollback to s" + to);
            while (reader.levels.size() > to) {
                fail(reader.levels.removeLast());
            }
            reader.levels.addLast(new ArrayList<>());
        }
    }

    void release(int number) {
        Reader reader = readers.get(number);
        if (reader.levels.size() > 1) {
            reader.session.run("release s" + (reader.levels.size() - 1));
            List<Long> top = reader.levels.removeLast();
            reader.levels.getLast().addAll(top);
        }
    }

    void end(int number, String how) {
        Reader reader = readers.get(number);
        if (reader.levels.isEmpty()) {
            return;
        }
        List<Long> read = reader.all();
        reader.levels.clear();
        switch (how) {
            case "commit" -> {
                reader.session.run("commit");
                gone.addAll(read);
            }
            case "rollback" -> {
                reader.session.run("rollback");
                fail(read);
            }
            case "crash" -> {
                reader.session.crash();
                reader.session = new QueueSession(database);
                fail(read);
            }
            case "prepare" -> {
                String name = queue + "_" + preparedBefore++;
                reader.session.run("prepare transaction '" + name + "'");
                prepared.addLast(new Prepared(name, read));
            }
            default -> throw new IllegalArgumentException(how);
        }
    }

    void endPrepared(boolean commit) {
        Prepared oldest = prepared.pollFirst();
        if (oldest != null) {
            database.run((commit ? "commit" : "rollback") + " prepared '" + oldest.name + "'");
            if (commit) {
                gone.addAll(oldest.read);
            }
        }
    }

    void keep(boolean full) {
        database.run("call howdah_queue.keep(" + (full ? "null" : "0") + ")");
    }

    /** Makes the next segment current, as the keeper does with a line that has grown. */
    void rotate() {
        database.run("""
                select howdah_queue.set_line_state(%1$d, (s & -256) | (1::bigint << (8 + next)) | next)
                  from (select s, ((s & 255) + 1)::int %% 3 as next from howdah_queue.line_state(%1$d) s) x""".formatted(queueId));
    }

    private void fail(List<Long> read) {
        read.forEach(id -> failures.merge(id, 1, Integer::sum));
    }

    /** Ends everything, has the keeper count, and compares: what is there, with how many failed readings, and what is dead. */
    void finish() {
        for (int i = 0; i < READERS; i++) {
            end(i, "rollback");
        }
        while (!prepared.isEmpty()) {
            endPrepared(false);
        }
        for (int i = 0; i < 3; i++) {
            keep(true);
        }
        List<String> there = new ArrayList<>();
        List<String> dead = new ArrayList<>();
        failures.forEach((id, failed) -> {
            if (!gone.contains(id)) {
                (failed > RETRIES ? dead : there).add(id + " " + failed);
            }
        });
        assertThat(database.column("select msgid || ' ' || attempts from howdah_queue.peek('" + queue + "', 10000)"
                        + " where state = 'ready'"))
                .containsExactlyInAnyOrderElementsOf(there);
        assertThat(database.column(
                        "select msgid || ' ' || attempts from howdah_queue.dead_letters('" + queue + "', 10000)"))
                .containsExactlyInAnyOrderElementsOf(dead);
        assertThat(database.column(
                        "select msgid::text from pgpro_queue_data.take_" + queueId + "(10000, null, null, null)"))
                .hasSize(there.size());
    }

    @Override
    public void close() {
        for (Reader reader : readers) {
            reader.session.crash(); // whatever it has open
        }
        prepared.forEach(p -> database.run("rollback prepared '" + p.name + "'"));
        database.run("call pgpro_queue.drop_queue('" + queue + "')");
    }
}
