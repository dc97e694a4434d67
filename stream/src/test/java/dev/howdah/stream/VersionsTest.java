package dev.howdah.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.howdah.core.Outcome;
import dev.howdah.core.Wakeups;
import dev.howdah.embedded.EmbeddedPostgres;
import dev.howdah.embedded.PostgresBinaries;
import dev.howdah.install.Installer;
import dev.howdah.testkit.TestSql;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.sql.DataSource;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The whole life of events on each other version of PostgreSQL; the other tests run on 18. */
class VersionsTest {

    private static final String TICK = "select howdah_stream.tick_round(null)";

    @ParameterizedTest
    @ValueSource(ints = {14, 15, 16, 17})
    void sentReadRetriedBuriedRotatedSharedCaptured(int major) throws Exception {
        // the jars lie beside the classes, since all hold an archive of one name
        PostgresBinaries binaries = PostgresBinaries.of(Path.of("target/postgres", major + ".jar"));
        try (EmbeddedPostgres postgres =
                EmbeddedPostgres.builder().binaries(binaries).start()) {
            TestSql sql = new TestSql(postgres.address().dataSource());
            assertThat(sql.value("select current_setting('server_version_num')"))
                    .startsWith("" + major);
            Installer.forWingsOnClassPath().install(sql.dataSource());
            batches(sql);
            retriesAndDeadLetters(sql);
            rotation(sql);
            cooperation(sql);
            slots(sql);
            capture(sql);
            javaConsumer(sql);
        }
    }

    private static void batches(TestSql sql) {
        sql.run("""
                select pgque.create_queue('batches'), pgque.set_queue_config('batches', 'ticker_max_lag', '1 microsecond'),
                       pgque.register_consumer('batches', 'c')""");
        sql.run("select pgque.insert_event('batches', 't', 'inserted'), pgque.send('batches', 't', 'sent')");
        sql.run("select pgque.send_batch('batches', 't', array['many', 'more'])");
        assertThat(sql.value("select pgque.ticker() > 0")).isEqualTo("t");
        String batch = sql.value("select pgque.next_batch('batches', 'c')");
        assertThat(sql.column("select ev_data from pgque.get_batch_events(" + batch + ")"))
                .containsExactly("inserted", "sent", "many", "more");
        assertThat(sql.value("select pgque.finish_batch(" + batch + ")")).isEqualTo("1");
        assertThat(sql.value("select pending_events from pgque.get_consumer_info('batches', 'c')"))
                .isEqualTo("0");
    }

    private static void retriesAndDeadLetters(TestSql sql) {
        sql.run("""
                select pgque.create_queue('retries'), pgque.set_queue_config('retries', 'max_retries', '1'),
                       pgque.register_consumer('retries', 'c')""");
        sql.run("select pgque.send('retries', 'bad'), pgque.send('retries', 'good')");
        sql.run(TICK);
        assertThat(failBad(sql)).containsExactly("bad", "good");
        assertThat(sql.value("select pgque.maint_retry_events()")).isEqualTo("1");
        sql.run(TICK);
        assertThat(failBad(sql)).containsExactly("bad 1");
        assertThat(sql.column("select ev_data || ' ' || dl_reason from pgque.dlq_inspect('retries')"))
                .containsExactly("bad no good");
        assertThat(sql.value("select pgque.maint_retry_events()")).isEqualTo("0");
        assertThat(sql.value("select replayed from pgque.dlq_replay_all('retries')"))
                .isEqualTo("1");
    }

    /** Receives what there is, has 'bad' come again, and is done with the rest. */
    private static List<String> failBad(TestSql sql) {
        List<String> received =
                sql.column("select concat_ws(' ', payload, retry_count) from pgque.receive('retries', 'c')");
        sql.run("""
                select pgque.nack(m.batch_id, m, '0 s', 'no good')
                  from pgque.receive('retries', 'c') m where payload = 'bad'""");
        sql.run("select pgque.ack(current_batch) from pgque.get_consumer_info('retries', 'c')");
        return received;
    }

    private static void rotation(TestSql sql) {
        sql.run("""
                select pgque.create_queue('turns'), pgque.set_queue_config('turns', 'rotation_period', '1 microsecond'),
                       pgque.register_consumer('turns', 'c')""");
        sql.run("select pgque.send('turns', 'in the first table')");
        String current = "select pgque.current_event_table('turns')";
        String first = sql.value(current);
        assertThat(sql.value("select howdah_stream.rotate('turns')")).isEqualTo("1");
        assertThat(sql.value(current)).isNotEqualTo(first);
        sql.run("select pgque.send('turns', 'in the second')");
        sql.run("select pgque.maint()");
        sql.run("select pgque.maint()");
        sql.run(TICK);
        List<String> read = new CopyOnWriteArrayList<>();
        List<String> part;
        do {
            part = sql.column("select payload from pgque.receive('turns', 'c')");
            read.addAll(part);
            sql.run("select pgque.ack(current_batch) from pgque.get_consumer_info('turns', 'c')");
        } while (!part.isEmpty());
        assertThat(read).containsExactly("in the first table", "in the second");
        assertThat(sql.value("select count(*) from only " + first)).isEqualTo("1");
        sql.run("select pgque.maint()");
        assertThat(sql.value("select count(*) from only " + first)).isEqualTo("0");
    }

    private static void cooperation(TestSql sql) {
        sql.run("""
                select pgque.create_queue('shared'), pgque.register_subconsumer('shared', 'c', 'one'),
                       pgque.register_subconsumer('shared', 'c', 'two')""");
        for (String member : List.of("one", "two")) {
            sql.run("select pgque.send('shared', 'for " + member + "')");
            sql.run(TICK);
            assertThat(sql.column("select payload from pgque.receive_coop('shared', 'c', '" + member + "')"))
                    .containsExactly("for " + member);
        }
        assertThat(sql.value("select pgque.touch_subconsumer('shared', 'c', 'one')"))
                .isEqualTo("1");
        sql.run("""
                select pgque.ack(batch_id)
                  from (values ('one'), ('two')) v (member)
                 cross join lateral pgque.next_batch_custom('shared', 'c', member, null, null, null)""");
        assertThat(sql.column("select payload from pgque.receive_coop('shared', 'c', 'one')"))
                .isEmpty();
    }

    private static void slots(TestSql sql) {
        sql.run("select pgque.create_queue('slots')");
        sql.run("select pgque.subscribe_slot('slots', 'c', k, 2) from generate_series(0, 1) k");
        sql.run("select pgque.send('slots', 't', i::text, 'key ' || i % 5) from generate_series(1, 20) i");
        sql.run(TICK);
        int received = 0;
        for (int slot = 0; slot < 2; slot++) {
            String of = "'slots', 'c', " + slot;
            assertThat(sql.value("select pgque.claim_slot(" + of + ", 'w') is not null"))
                    .isEqualTo("t");
            received += sql.column("select payload from pgque.receive_partitioned(" + of + ", 2, 'w')")
                    .size();
            assertThat(sql.value("select pgque.ack_partitioned(" + of + ", 2, 'w')"))
                    .isEqualTo("1");
        }
        assertThat(received).isEqualTo(20);
    }

    private static void capture(TestSql sql) {
        sql.run("create schema shop; create table shop.item (id int primary key, name text)");
        for (String kind : List.of("jsontriga", "logutriga")) {
            sql.run("select pgque.create_queue('%1$s'), pgque.register_consumer('%1$s', 'c')".formatted(kind));
            sql.run("""
                    create trigger %1$s after insert or update or delete on shop.item
                    for each row execute function pgq.%1$s('%1$s')""".formatted(kind));
        }
        sql.run("insert into shop.item values (1, 'a & b')");
        sql.run("update shop.item set name = null");
        sql.run(TICK);
        assertThat(sql.column("select ev_type || ' ' || ev_data from " + batchOf("logutriga")))
                .containsExactly("I:id id=1&name=a+%26+b", "U:id id=1&name");
        assertThat(sql.column("select ev_data::json ->> 'name' from " + batchOf("jsontriga")))
                .containsExactly("a & b", "null");
    }

    private static String batchOf(String queue) {
        return "pgque.get_batch_events(pgque.next_batch('" + queue + "', 'c'))";
    }

    private static void javaConsumer(TestSql sql) throws Exception {
        List<String> seen = new CopyOnWriteArrayList<>();
        try (Wakeups wakeups = Wakeups.over(sql.dataSource())) {
            Streams streams = Streams.over(sql.dataSource(), sql.dataSource(), wakeups);
            streams.create("java");
            StreamSender sender = streams.sender("java");
            try (StreamConsumer consumer = streams.consumer("java", "c")
                    .handle(event -> {
                        seen.add(event.data());
                        return Outcome.done();
                    })
                    .start()) {
                sender.send(NewEvent.of("sent"));
                sender.load(List.of(NewEvent.of("loaded")).iterator());
                consumer.awaitReadUp();
                assertThat(seen).containsExactly("sent", "loaded");
                for (int i = 0; i < 30; i++) {
                    sendWhileAnotherIsUnderWay(sql.dataSource(), sender, consumer);
                }
            }
        }
        assertThat(seen).hasSize(2 + 30 * 151);
        readWhatWasNewAndNotTheWholeTable(sql, seen.size());
    }

    /** So that a window has an event of a transaction that is older than the window. */
    private static void sendWhileAnotherIsUnderWay(DataSource dataSource, StreamSender sender, StreamConsumer consumer)
            throws Exception {
        try (Connection late = dataSource.getConnection()) {
            late.setAutoCommit(false);
            sender.send(late, NewEvent.of("late"));
            sender.sendAll(Collections.nCopies(150, NewEvent.of("new")));
            consumer.awaitReadUp();
            late.commit();
        }
        consumer.awaitReadUp();
    }

    /** Even by plans that were made when the table was empty, and are kept. */
    private static void readWhatWasNewAndNotTheWholeTable(TestSql sql, int events) {
        String counted = "select sum(%s) from pg_stat_user_tables where relid in "
                + "(select inhrelid from pg_inherits join pgque.queue on inhparent = queue_data_pfx::regclass"
                + " where queue_name = 'java')";
        await().atMost(Duration.ofSeconds(30))
                .until(() -> Long.parseLong(sql.value(counted.formatted("idx_tup_fetch"))) >= events);
        assertThat(Long.parseLong(sql.value(counted.formatted("seq_tup_read")))).isLessThan(2L * events);
    }
}
