package dev.howdah.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.howdah.core.HowdahException;
import dev.howdah.core.Statements;
import dev.howdah.core.Transactions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class StreamSenderTest extends StreamClientBase {

    private static final String ALL_FIELDS =
            "select array[ev_type, ev_data, ev_extra1, ev_extra2, ev_extra3, ev_extra4]::text from pgque.event_1";

    /** Each way in, with the caller's transaction or without. */
    enum Way {
        SEND,
        SEND_JOINED,
        SEND_ALL,
        SEND_ALL_JOINED,
        LOAD,
        LOAD_JOINED;

        void go(StreamSender sender, Connection connection, NewEvent event) {
            switch (this) {
                case SEND -> sender.send(event);
                case SEND_JOINED -> sender.send(connection, event);
                case SEND_ALL -> sender.sendAll(List.of(event));
                case SEND_ALL_JOINED -> sender.sendAll(connection, List.of(event));
                case LOAD -> sender.load(List.of(event).iterator());
                case LOAD_JOINED -> sender.load(connection, List.of(event).iterator());
            }
        }

        boolean isJoined() {
            return name().endsWith("JOINED");
        }
    }

    @Test
    void sendGivesTheEventsId() {
        long id = sender().send(new NewEvent("t", "d", "1", "2", "3", "4"));
        assertThat(database.value("select ev_id from pgque.event_1")).isEqualTo("" + id);
        assertThat(database.value(ALL_FIELDS)).isEqualTo("{t,d,1,2,3,4}");
    }

    @Test
    void sendAllGivesTheIdsInTheOrderOfTheEvents() {
        List<Long> ids = sender().sendAll(List.of(NewEvent.of("a"), NewEvent.of("b"), NewEvent.of("c")));
        assertThat(ids).hasSize(3);
        for (int i = 0; i < 3; i++) {
            assertThat(database.value("select ev_data from pgque.event_1 where ev_id = " + ids.get(i)))
                    .isEqualTo("" + "abc".charAt(i));
        }
        assertThat(sender().sendAll(List.of())).isEmpty();
        assertThat(sender().load(List.<NewEvent>of().iterator())).isZero();
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void whatTheCallerRollsBackWasNeverSent(Way way) throws SQLException {
        try (Connection connection = database.dataSource().getConnection()) {
            connection.setAutoCommit(false);
            way.go(sender(), connection, NewEvent.of("a"));
            connection.rollback();
            assertThat(stored()).isEqualTo(way.isJoined() ? List.of() : List.of("a"));
            way.go(sender(), connection, NewEvent.of("b"));
            connection.commit();
            assertThat(stored()).endsWith("b");
        }
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void everyTextComesAsItWasSent(Way way) throws SQLException {
        List<String> texts = new ArrayList<>(List.of(
                "",
                " ",
                "\\",
                "\\\\",
                "\\N",
                "\\.",
                "\n",
                "\r",
                "\r\n",
                "\t",
                "\b\f\u000b\u0001\u001f\u007f",
                "null",
                "NULL",
                "{a,\"b\"}",
                "'",
                "\"",
                "a\\nb",
                "\\.\n\\.",
                "%s ? $1",
                "äöü€",
                "日本語",
                "👍🏽",
                "\u0085\u2028\uFEFF",
                "\uFFFF\uD7FF\uE000",
                "x".repeat(200_000),
                "🐘".repeat(40_000)));
        try (Connection connection = database.dataSource().getConnection()) {
            for (String text : texts) {
                way.go(sender(), connection, new NewEvent(text, text, null, text, null, text));
                Transactions.joined(connection, c -> {
                    var events = Statements.rows(
                            c,
                            "select ev_type, ev_data, ev_extra1, ev_extra2, ev_extra3, ev_extra4 from pgque.event_1"
                                    + " order by ev_id desc limit 1",
                            row -> new NewEvent(
                                    row.getString(1),
                                    row.getString(2),
                                    row.getString(3),
                                    row.getString(4),
                                    row.getString(5),
                                    row.getString(6)));
                    assertThat(events).containsExactly(new NewEvent(text, text, null, text, null, text));
                    return null;
                });
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void whatIsNoTextIsRefused(Way way) throws SQLException {
        for (String text : List.of("a\0b", "half \uD83D", "\uDC4D half", "\uD83D\uD83D")) {
            try (Connection connection = database.dataSource().getConnection()) {
                connection.setAutoCommit(false);
                HowdahException refusal = catchThrowableOfType(
                        HowdahException.class, () -> way.go(sender(), connection, NewEvent.of(text)));
                assertThat(refusal).as(text).isInstanceOf(HowdahException.InvalidInput.class);
                assertThat(refusal.queue()).contains(STREAM);
                connection.rollback();
            }
        }
        assertThat(stored()).isEmpty();
    }

    @Test
    void loadTakesManyAndGivesTheirNumber() {
        assertThat(sender().load(events(100_000))).isEqualTo(100_000);
        assertThat(
                        database.value(
                                "select count(distinct ev_id) || ' ' || sum(ev_data::int) from pgque.event_1 where ev_type = 'n'"))
                .isEqualTo("100000 5000050000");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void loadIsAllOrNothing(boolean mayCopy) {
        StreamSender sender = mayCopy ? sender() : writer().sender(STREAM);
        Iterator<NewEvent> breaks = new Iterator<>() {
            private int given;

            @Override
            public boolean hasNext() {
                return true;
            }

            @Override
            public NewEvent next() {
                if (++given > 5_000) {
                    throw new IllegalStateException("no more");
                }
                return NewEvent.of("x");
            }
        };
        assertThatThrownBy(() -> sender.load(breaks)).hasMessage("no more");
        assertThat(stored()).isEmpty();
        assertThat(sender.load(events(3))).isEqualTo(3);
    }

    @Test
    void loadGoesByStatementsWhereTheRoleMayNotWriteIntoTables() {
        Streams writer = writer();
        assertThat(writer.sender(STREAM).load(events(2_500))).isEqualTo(2_500);
        writer.sender(STREAM)
                .load(List.of(new NewEvent(null, null, "\\", "\t", "\n", "{}")).iterator());
        assertThat(database.value("select count(distinct ev_id) from pgque.event_1"))
                .isEqualTo("2501");
        assertThat(database.value(ALL_FIELDS + " order by ev_id desc limit 1"))
                .isEqualTo("{NULL,NULL,\"\\\\\",\"\t\",\"\n\",\"{}\"}");
    }

    @Test
    void aWriterSendsWithEveryWay() throws SQLException {
        TestLogin login = TestLogin.memberOf("pgque_writer", database);
        StreamSender sender =
                Streams.over(login.dataSource(), login.dataSource(), wakeups).sender(STREAM);
        try (Connection connection = login.dataSource().getConnection()) {
            for (Way way : Way.values()) {
                way.go(sender, connection, NewEvent.of(way.name()));
            }
        }
        assertThat(stored()).hasSize(Way.values().length);
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void knowsAStreamThatWasDroppedAndMadeAnew(Way way) throws SQLException {
        StreamSender sender = sender();
        try (Connection connection = database.dataSource().getConnection()) {
            way.go(sender, connection, NewEvent.of("before"));
            streams.drop(STREAM, false);
            streams.create(STREAM);
            if (way == Way.SEND_JOINED || way == Way.SEND_ALL_JOINED) {
                // the caller's transaction is over then; the next one finds the stream
                assertThatThrownBy(() -> way.go(sender, connection, NewEvent.of("lost")))
                        .isInstanceOf(HowdahException.NotInstalled.class);
            }
            way.go(sender, connection, NewEvent.of("after"));
        }
        assertThat(database.column("select ev_data from pgque.event_2")).containsExactly("after");
    }

    @Test
    void loadsByStatementsIntoAStreamThatWasDroppedAndMadeAnew() {
        StreamSender sender = writer().sender(STREAM);
        sender.load(events(1));
        streams.drop(STREAM, false);
        streams.create(STREAM);
        assertThat(sender.load(events(2))).isEqualTo(2);
        assertThat(database.column("select ev_data from pgque.event_2")).containsExactly("1", "2");
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void errorsNameTheStream(Way way) throws SQLException {
        try (Connection connection = database.dataSource().getConnection()) {
            assertRefused(
                    way,
                    streams.sender("nowhere"),
                    connection,
                    "nowhere",
                    "queue not found: nowhere|Event queue not found");
            database.run("update pgque.queue set queue_disable_insert = true");
            assertRefused(way, sender(), connection, STREAM, "Insert into queue disallowed");
        }
        assertThat(stored()).isEmpty();
    }

    private static void assertRefused(
            Way way, StreamSender sender, Connection connection, String stream, String message) {
        HowdahException refusal =
                catchThrowableOfType(HowdahException.class, () -> way.go(sender, connection, NewEvent.of("x")));
        assertThat(refusal).hasMessageMatching(message);
        assertThat(refusal.queue()).contains(stream);
    }

    private Streams writer() {
        TestLogin login = TestLogin.memberOf("pgque_writer", database);
        return Streams.over(login.dataSource(), login.dataSource(), wakeups);
    }

    private static Iterator<NewEvent> events(int last) {
        return IntStream.rangeClosed(1, last)
                .mapToObj(i -> NewEvent.of("n", "" + i))
                .iterator();
    }
}
