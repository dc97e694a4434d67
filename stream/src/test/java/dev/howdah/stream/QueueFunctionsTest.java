package dev.howdah.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.howdah.testkit.TestDatabase;
import dev.howdah.testkit.TestSql;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The functions that are written for each queue follow what they say, also where a session knows the ones before. */
class QueueFunctionsTest {

    private static final String ROTATE = "select howdah_stream.rotate('q')";

    private TestDatabase database;
    private EngineSession writer;
    private EngineSession admin;

    @BeforeEach
    void aQueueAndItsWriter() {
        database = TestDatabase.installed();
        database.run("""
                select pgque.create_queue('q'), pgque.set_queue_config('q', 'rotation_period', '1 microsecond'),
                       pgque.register_consumer('q', 'c')""");
        writer = new EngineSession(database);
        admin = new EngineSession(database);
    }

    @AfterEach
    void drop() {
        writer.close();
        admin.close();
        database.close();
    }

    /** Each way in that goes by insert_N or insert_many_N. */
    enum Way {
        SEND("select pgque.send('q', '%s')"),
        SEND_BATCH("select pgque.send_batch('q', array['%s'])"),
        OLDER_LANGUAGE("select pgq.insert_event('q', 't', '%s')"),
        JAVA_ONE("select howdah_stream.insert_1('t', '%s', null, null, null, null)"),
        JAVA_MANY("select howdah_stream.insert_many_1('{t}', array['%s'], null, null, null, null)");

        private final String sql;

        Way(String sql) {
            this.sql = sql;
        }

        String of(String data) {
            return sql.formatted(data);
        }
    }

    /** Until PostgreSQL has planned it once for all. */
    private void writeOften(Way way) {
        for (int i = 0; i < 7; i++) {
            writer.run(way.of("before"));
        }
    }

    private String currentTable() {
        return admin.value("select pgque.current_event_table('q')");
    }

    private String tableOf(String data) {
        return admin.value("select tableoid::regclass from pgque.event_1 where ev_data = '" + data + "'");
    }

    /** All that the consumer has not read yet. */
    private List<String> read() {
        admin.run("select howdah_stream.tick_round(null)");
        List<String> all = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            all.addAll(admin.column("select payload from pgque.receive('q', 'c', 1000)"));
            admin.run("select pgque.ack(current_batch) from pgque.get_consumer_info('q', 'c')");
        }
        return all;
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void writeIntoTheTableThatIsCurrentNow(Way way) {
        for (int turn = 0; turn < 2; turn++) {
            writeOften(way);
            String before = currentTable();
            admin.run(ROTATE);
            assertThat(currentTable()).isNotEqualTo(before);
            writer.run(way.of("turn " + turn));
            assertThat(tableOf("turn " + turn)).isEqualTo(currentTable());
        }
        assertThat(read()).hasSize(2 * 8).contains("turn 0").endsWith("turn 1");
    }

    /** It may go on with the ones before; then it holds its table. */
    @ParameterizedTest
    @EnumSource(Way.class)
    void loseNothingOfATransactionThatHasUsedTheOnesBefore(Way way) {
        writeOften(way);
        read();
        writer.run("begin");
        writer.run(way.of("first"));
        for (int i = 0; i < 3; i++) {
            admin.run(ROTATE);
        }
        writer.run(way.of("second"));
        writer.run("commit");
        writer.run(way.of("third"));
        assertThat(tableOf("third")).isEqualTo(currentTable()).isNotEqualTo(tableOf("first"));
        assertThat(read()).containsExactly("first", "second", "third");
    }

    /** The writer is held up within the old function while its table is switched and sealed. */
    @ParameterizedTest
    @EnumSource(Way.class)
    void anOldOneThatIsUnderWayLosesNothing(Way way) throws Exception {
        writeOften(way);
        read();
        String before = currentTable();
        try (EngineSession rotating = new EngineSession(database)) {
            rotating.run("begin; lock table " + before + " in share row exclusive mode");
            CompletableFuture<String> written = writer.waiting(way.of("held up"));
            rotating.run(ROTATE);
            rotating.run(ROTATE);
            assertThat(rotating.value("select count(*) from pg_trigger where tgname = 'pass_on' and tgrelid = '"
                            + before + "'::regclass"))
                    .isEqualTo("1");
            rotating.run("commit");
            written.get(30, TimeUnit.SECONDS);
        }
        assertThat(tableOf("held up")).isNotEqualTo(before);
        assertThat(read()).containsExactly("held up");
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void refuseEventsFromTheFirstTransactionAfterTheQueueWasDisabled(Way way) {
        writeOften(way);
        writer.run("begin");
        writer.run(way.of("before"));
        disable(true);
        writer.run("commit");
        assertThatThrownBy(() -> writer.run(way.of("no"))).hasMessageContaining("Insert into queue disallowed");
        admin.run(ROTATE);
        assertThatThrownBy(() -> writer.run(way.of("no")))
                .as("whatever the current table is")
                .hasMessageContaining("Insert into queue disallowed");
        disable(false);
        writer.run(way.of("again"));
        assertThat(read()).hasSize(9).endsWith("again");
    }

    @Test
    void aChangeThatIsRolledBackChangesNothing() {
        writeOften(Way.SEND);
        try (EngineSession rotating = new EngineSession(database)) {
            rotating.run("begin");
            rotating.run(ROTATE);
            rotating.run("update pgque.queue set queue_disable_insert = true");
            assertThatThrownBy(() -> rotating.run(Way.SEND.of("own")))
                    .hasMessageContaining("Insert into queue disallowed");
            rotating.run("rollback");
        }
        writer.run(Way.SEND.of("after"));
        assertThat(tableOf("after")).isEqualTo("pgque.event_1_0");
    }

    @Test
    void theQueueNextToItIsLeftAsItIs() {
        admin.run("select pgque.create_queue('r')");
        disable(true);
        admin.run("select pgque.send('r', 'x')");
        assertThat(admin.column("select ev_data from pgque.event_2_0")).containsExactly("x");
    }

    @ParameterizedTest
    @ValueSource(strings = {"pgque_writer", "pgq_writer"})
    void whoMayWriteMayStillDoSoAfterwards(String role) {
        Way way = role.equals("pgq_writer") ? Way.OLDER_LANGUAGE : Way.JAVA_ONE;
        try (TestSql login = new TestSql(TestLogin.memberOf(role, database).dataSource());
                TestSql nobody = new TestSql(TestLogin.ofNoRole(database).dataSource())) {
            login.run(way.of("before"));
            admin.run(ROTATE);
            login.run(way.of("after"));
            assertThat(tableOf("after")).isEqualTo(currentTable());
            assertThatThrownBy(() -> nobody.run(Way.JAVA_ONE.of("no"))).hasMessageContaining("permission denied");
        }
    }

    private void disable(boolean disabled) {
        admin.run("update pgq.queue set queue_disable_insert = " + disabled + " where queue_name = 'q'");
    }
}
