package dev.howdah.stream;

import static dev.howdah.stream.TestLogin.DENIED;
import static dev.howdah.stream.TestLogin.DONE;
import static dev.howdah.stream.TestLogin.tried;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.howdah.core.HowdahException;
import dev.howdah.core.Outcome;
import dev.howdah.core.Wakeups;
import dev.howdah.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.sql.DataSource;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** The Java client goes past the public functions in places: with no more rights than the role has there. */
class ClientRolesTest {

    @AutoClose
    private final TestDatabase database = TestDatabase.installed();

    @Test
    void aWriterSendsAReaderConsumesAndNeitherDoesTheOthers() {
        DataSource admin = TestLogin.memberOf("pgque_admin", database).dataSource();
        DataSource writer = TestLogin.memberOf("pgque_writer", database).dataSource();
        DataSource reader = TestLogin.memberOf("pgque_reader", database).dataSource();
        try (Wakeups wakeups = Wakeups.over(reader)) {
            assertThat(Streams.over(admin, admin, wakeups).create("orders")).isTrue();
            StreamSender orders = Streams.over(writer, writer, wakeups).sender("orders");
            Streams readers = Streams.over(reader, reader, wakeups);
            List<String> seen = new CopyOnWriteArrayList<>();
            try (StreamConsumer billing = readers.consumer("orders", "billing")
                    .handle(event -> {
                        seen.add(event.data());
                        return event.data().equals("2") ? Outcome.deadLetter("no such order") : Outcome.done();
                    })
                    .start()) {
                orders.send(NewEvent.of("1"));
                orders.sendAll(List.of(NewEvent.of("2"), NewEvent.of("3")));
                orders.load(List.of(NewEvent.of("4")).iterator());

                await().atMost(Duration.ofSeconds(30))
                        .untilAsserted(() -> assertThat(seen).containsExactly("1", "2", "3", "4"));
            }
            assertThat(database.column("select dl_reason from pgque.dead_letter"))
                    .containsExactly("no such order");

            assertThatThrownBy(() -> readers.sender("orders").send(NewEvent.of("5")))
                    .isInstanceOf(HowdahException.AccessDenied.class);
            assertThatThrownBy(() -> Streams.over(writer, writer, wakeups).subscribe("orders", "billing"))
                    .isInstanceOf(HowdahException.AccessDenied.class);
        }
    }

    @Test
    void anAdminTicks() throws SQLException {
        for (String ticks : List.of("howdah_stream.tick_round(null)", "howdah_stream.sleep()", "pgque.maint()")) {
            assertThat(triedAs("pgque_admin", ticks)).as(ticks).isEqualTo(DONE);
            assertThat(triedAs("pgque_reader", ticks)).as(ticks).isEqualTo(DENIED);
            assertThat(triedAs("pgque_writer", ticks)).as(ticks).isEqualTo(DENIED);
        }
    }

    private String triedAs(String role, String call) throws SQLException {
        try (Connection connection =
                TestLogin.memberOf(role, database).dataSource().getConnection()) {
            return tried(connection, "select " + call);
        }
    }
}
