package dev.howdah.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.testkit.TestDatabase;
import dev.howdah.testkit.TestSession;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What two consumers should get from two queues, kept in the simplest way, beside senders, tickers and maintenance. */
final class StreamModel implements AutoCloseable {

    static final int QUEUES = 2;
    static final int CONSUMERS = 2;
    private static final int MAX_RETRIES = 1;
    private static int tries;

    /** An event as a consumer should get it. */
    private record Event(long id, int retry) {
        static Event of(String text) {
            String[] parts = text.split(":");
            return new Event(Long.parseLong(parts[0]), Integer.parseInt(parts[1]));
        }
    }

    private static final class Queue {
        final String name;
        final List<Subscriber> subscribers = new ArrayList<>();
        long lastTick;

        Queue(String name) {
            this.name = name;
        }
    }

    private static final class Subscriber {
        final Queue queue;
        final String name;
        /** Committed, not yet in a tick. */
        final List<Event> coming = new ArrayList<>();
        /** By the tick that was the first to see them; without what is done. */
        final TreeMap<Long, List<Event>> unread = new TreeMap<>();

        final Map<Long, Event> retries = new HashMap<>();
        final Map<Long, Event> dead = new HashMap<>();
        long batch;
        long batchTick;
        List<Event> inBatch = List.of();

        Subscriber(Queue queue, String name) {
            this.queue = queue;
            this.name = name;
        }

        String names() {
            return "'" + queue.name + "', '" + name + "'";
        }

        List<Event> window(long tick) {
            return unread.headMap(tick, true).values().stream()
                    .flatMap(List::stream)
                    .sorted(Comparator.comparingLong(Event::id))
                    .toList();
        }

        void retry(Event event) {
            retries.putIfAbsent(event.id, new Event(event.id, event.retry + 1));
        }
    }

    /** A transaction that stays open, with what it has sent. */
    private record OpenSend(EngineSession session, Queue queue, List<Long> ids) {}

    private final TestDatabase database;
    private final EngineSession session;
    private final List<Queue> queues = new ArrayList<>();
    private final List<Subscriber> subscribers = new ArrayList<>();
    private final List<OpenSend> openSends = new ArrayList<>();
    private final List<TestSession> snapshots = new ArrayList<>();

    StreamModel(TestDatabase database) {
        this.database = database;
        session = new EngineSession(database);
        tries++;
        for (int q = 0; q < QUEUES; q++) {
            Queue queue = new Queue("q" + q + "_" + tries);
            session.run("select pgque.create_queue('" + queue.name + "')");
            session.run("update pgque.queue set queue_rotation_period = '1 microsecond', queue_batch_max_count = 5, "
                    + "queue_max_retries = " + MAX_RETRIES + " where queue_name = '" + queue.name + "'");
            queues.add(queue);
            for (int c = 0; c < CONSUMERS; c++) {
                Subscriber subscriber = new Subscriber(queue, "c" + c);
                session.run("select pgque.register_consumer(" + subscriber.names() + ")");
                queue.subscribers.add(subscriber);
                subscribers.add(subscriber);
            }
        }
        noteTicks();
    }

    /** What was committed before the first tick since is in that one's window. */
    private void noteTicks() {
        for (Queue queue : queues) {
            long tick = session.number("select last_tick_id from pgque.get_queue_info('" + queue.name + "')");
            if (tick > queue.lastTick) {
                for (Subscriber subscriber : queue.subscribers) {
                    if (!subscriber.coming.isEmpty()) {
                        subscriber.unread.put(queue.lastTick + 1, List.copyOf(subscriber.coming));
                        subscriber.coming.clear();
                    }
                }
                queue.lastTick = tick;
            }
        }
    }

    private static String sendOf(Queue queue, int count) {
        return count == 1
                ? "select pgque.send('" + queue.name + "', 'one')"
                : "select unnest(pgque.send_batch('" + queue.name + "', 'many', array_fill('x'::text, array[" + count
                        + "])))";
    }

    private static void arrive(Queue queue, List<Long> ids) {
        queue.subscribers.forEach(subscriber -> ids.forEach(id -> subscriber.coming.add(new Event(id, 0))));
    }

    void send(int queue, int count) {
        arrive(
                queues.get(queue),
                session.column(sendOf(queues.get(queue), count)).stream()
                        .map(Long::valueOf)
                        .toList());
    }

    /** Half of it in a savepoint that is taken back. */
    void sendWithSavepoint(int queue, int count) {
        session.run("begin; savepoint s");
        session.column(sendOf(queues.get(queue), count));
        session.run("rollback to s");
        session.run("savepoint t");
        List<String> ids = session.column(sendOf(queues.get(queue), count));
        session.run("release t; commit");
        arrive(queues.get(queue), ids.stream().map(Long::valueOf).toList());
    }

    /** Opens a transaction that sends, and leaves it open. */
    void beginSend(int queue, int count) {
        if (openSends.size() < 3) {
            EngineSession sender = new EngineSession(database);
            sender.run("begin");
            List<String> ids = sender.column(sendOf(queues.get(queue), count));
            openSends.add(new OpenSend(
                    sender, queues.get(queue), ids.stream().map(Long::valueOf).toList()));
        }
    }

    /** The oldest or the youngest of them commits, is rolled back, or crashes. */
    void endSend(boolean oldest, String how) {
        if (openSends.isEmpty()) {
            return;
        }
        OpenSend send = openSends.remove(oldest ? 0 : openSends.size() - 1);
        if (how.equals("crash")) {
            send.session.crash();
            return;
        }
        send.session.run(how);
        send.session.close();
        if (how.equals("commit")) {
            arrive(send.queue, send.ids);
        }
    }

    void holdSnapshot() {
        if (snapshots.isEmpty()) {
            snapshots.add(TestSession.holdingSnapshot(database));
        } else {
            snapshots.remove(0).close();
        }
    }

    void tick() {
        session.run("select howdah_stream.tick_round(null)");
        noteTicks();
        assertThat(subscribers).allSatisfy(s -> assertThat(s.coming).isEmpty());
    }

    void maintain(String what) {
        for (Queue queue : queues) {
            session.run("select " + what.replace("{queue}", "'" + queue.name + "'"));
        }
        noteTicks();
    }

    void nextBatch(int number) {
        Subscriber subscriber = subscribers.get(number);
        open(subscriber, session.value("select pgque.next_batch(" + subscriber.names() + ")"), 5);
        if (subscriber.batch == 0) {
            assertThat(subscriber.unread).isEmpty();
        }
    }

    void receive(int number, int max) {
        Subscriber subscriber = subscribers.get(number);
        List<String> rows = session.column("select batch_id || ':' || msg_id || ':' || coalesce(retry_count, 0) "
                + "from pgque.receive(" + subscriber.names() + ", " + max + ")");
        if (rows.isEmpty()) {
            assertThat(subscriber.unread).isEmpty();
            subscriber.batch = 0;
            return;
        }
        open(subscriber, rows.get(0).split(":")[0], subscriber.batch == 0 ? max : Math.min(max, 5));
        assertThat(rows.stream().map(row -> Event.of(row.substring(row.indexOf(':') + 1))))
                .isEqualTo(subscriber.inBatch);
    }

    private static long lastId(List<Event> events) {
        return events.isEmpty() ? 0 : events.get(events.size() - 1).id;
    }

    /**
     * What the batch has is what the model has next, in order of ids, and no more than there is room for. It may have
     * less: ids that were drawn and not used count.
     */
    private void open(Subscriber subscriber, String batch, int room) {
        boolean again = batch.equals(Long.toString(subscriber.batch));
        subscriber.batch = batch.equals("null") ? 0 : Long.parseLong(batch);
        subscriber.inBatch = List.of();
        if (subscriber.batch == 0) {
            return;
        }
        subscriber.batchTick = session.number("select tick_id from pgque.get_batch_info(" + batch + ")");
        List<Event> events = session
                .column("select ev_id || ':' || coalesce(ev_retry, 0) from pgque.get_batch_events(" + batch + ")")
                .stream()
                .map(Event::of)
                .toList();
        List<Event> window = subscriber.window(subscriber.batchTick);
        assertThat(events.stream().map(Event::id)).isSorted();
        assertThat(window).hasSizeGreaterThanOrEqualTo(events.size());
        assertThat(events).containsExactlyInAnyOrderElementsOf(window.subList(0, events.size()));
        if (!again && events.size() < window.size()) {
            assertThat(window.get(events.size()).id).isGreaterThan(lastId(events));
        }
        assertThat(events).hasSizeLessThanOrEqualTo(again ? 5 : room);
        subscriber.inBatch = events;
    }

    void retry(int number, int which, boolean nack) {
        Subscriber subscriber = subscribers.get(number);
        if (subscriber.inBatch.isEmpty()) {
            return;
        }
        Event event = subscriber.inBatch.get(which % subscriber.inBatch.size());
        if (!nack) {
            assertThat(session.value("select pgque.event_retry(" + subscriber.batch + ", " + event.id + ", 0)"))
                    .isEqualTo(subscriber.retries.containsKey(event.id) ? "0" : "1");
            subscriber.retry(event);
            return;
        }
        session.run("select pgque.nack(" + subscriber.batch + ", row(" + event.id
                + ", null, null, null, null, null, null, null, null, null)::pgque.message, '0 s')");
        if (event.retry < MAX_RETRIES) {
            subscriber.retry(event);
        } else {
            subscriber.dead.putIfAbsent(event.id, event);
        }
    }

    void moveRetries() {
        assertThat(session.value("select pgque.maint_retry_events()"))
                .isEqualTo(Long.toString(
                        subscribers.stream().mapToLong(s -> s.retries.size()).sum()));
        for (Subscriber subscriber : subscribers) {
            subscriber.coming.addAll(subscriber.retries.values());
            subscriber.retries.clear();
        }
    }

    void acknowledge(int number) {
        Subscriber subscriber = subscribers.get(number);
        if (subscriber.batch == 0) {
            return;
        }
        assertThat(session.value("select pgque.ack(" + subscriber.batch + ")")).isEqualTo("1");
        List<Event> window = subscriber.window(subscriber.batchTick);
        boolean whole = subscriber.inBatch.size() == window.size();
        long last = whole ? Long.MAX_VALUE : lastId(subscriber.inBatch);
        subscriber
                .unread
                .headMap(subscriber.batchTick, true)
                .replaceAll((tick, events) ->
                        events.stream().filter(event -> event.id > last).toList());
        subscriber.unread.values().removeIf(List::isEmpty);
        assertThat(session.value("select pgque.ack(" + subscriber.batch + ")")).isEqualTo("0");
        subscriber.batch = 0;
        subscriber.inBatch = List.of();
    }

    /** Does all that a consumer does with a batch, and dies before the commit. */
    void crashInBatch(int number) {
        Subscriber subscriber = subscribers.get(number);
        EngineSession consumer = new EngineSession(database);
        consumer.run("begin");
        List<String> batches = consumer.column("select batch_id from pgque.receive(" + subscriber.names() + ", 2)");
        if (!batches.isEmpty()) {
            consumer.run("select pgque.batch_retry(" + batches.get(0) + ", 0)");
            consumer.run("select pgque.ack(" + batches.get(0) + ")");
        }
        consumer.crash();
    }

    /** All that was sent arrives at all, and nothing is left. */
    void finish() {
        while (!openSends.isEmpty()) {
            endSend(true, "commit");
        }
        do {
            moveRetries();
            tick();
            for (int number = 0; number < subscribers.size(); number++) {
                do {
                    receive(number, 3);
                    acknowledge(number);
                    maintain("howdah_stream.rotate({queue})");
                } while (!subscribers.get(number).unread.isEmpty());
            }
        } while (subscribers.stream().anyMatch(s -> !s.coming.isEmpty()));
        for (Subscriber subscriber : subscribers) {
            assertThat(session.column("select d.ev_id from pgque.dead_letter d "
                            + "join pgque.queue on queue_id = dl_queue_id join pgq.consumer on co_id = dl_consumer_id "
                            + "where (queue_name, co_name) = (" + subscriber.names() + ")"))
                    .containsExactlyInAnyOrderElementsOf(subscriber.dead.keySet().stream()
                            .map(String::valueOf)
                            .toList());
        }
    }

    @Override
    public void close() {
        openSends.forEach(send -> send.session.close());
        snapshots.forEach(TestSession::close);
        queues.forEach(queue -> session.run("select pgque.drop_queue('" + queue.name + "', true)"));
        session.close();
    }
}
