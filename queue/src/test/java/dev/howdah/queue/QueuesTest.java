package dev.howdah.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.howdah.core.HowdahException;
import dev.howdah.core.Transactions;
import dev.howdah.embedded.PostgresAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

class QueuesTest extends QueueClientBase {

    @Test
    void aQueueIsMadeConfiguredListedAndDropped() {
        queues.create("failed", QueueSettings.none().forDeadLetters());
        queues.create(
                "mail",
                QueueSettings.none()
                        .withDeadLetterQueue("failed")
                        .withRetries(2)
                        .withRetryDelay(Duration.ofSeconds(5))
                        .withBackoff(2, Duration.ofMinutes(1)));
        queues.configure("mail", QueueSettings.none().withRetries(4));
        queues.sender("mail").send(NewMessage.json("1"));
        queues.sender("mail").send(NewMessage.json("2").withDelay(Duration.ofHours(1)));
        List<QueueInfo> list = queues.list();
        assertThat(list).extracting(QueueInfo::name).containsExactly("failed", "mail", "orders");
        assertThat(list.get(0).isForDeadLetters()).isTrue();
        QueueInfo mail = list.get(1);
        assertThat(mail.deadLetterQueue()).hasValue("failed");
        assertThat(mail.retries()).isEqualTo(4);
        assertThat(mail.retryDelay()).isEqualTo(Duration.ofSeconds(5));
        assertThat(mail.backoffFactor()).isEqualTo(2);
        assertThat(mail.backoffMax()).isEqualTo(Duration.ofMinutes(1));
        assertThat(mail.ready()).isEqualTo(1);
        assertThat(mail.waiting()).isEqualTo(1);
        assertThat(mail.oldest()).isPresent();
        assertThatThrownBy(() -> queues.drop("failed")).hasMessageContaining("it is the dead-letter queue of \"mail\"");
        queues.drop("mail");
        queues.drop("failed");
        assertThat(queues.list()).extracting(QueueInfo::name).containsExactly("orders");
        assertThatThrownBy(() -> queues.create(QUEUE))
                .isInstanceOfSatisfying(
                        HowdahException.class, e -> assertThat(e.queue()).hasValue(QUEUE))
                .hasMessage("queue \"orders\" already exists");
        assertThatThrownBy(() -> queues.configure("none", QueueSettings.none().withRetries(1)))
                .hasMessage("queue \"none\" does not exist");
    }

    @Test
    void readsOneManyByIdAndFilteredInTheCallersTransaction() {
        List<Long> ids = queues.sender(QUEUE)
                .sendAll(List.of(
                        NewMessage.json("1"),
                        NewMessage.json("2").withProperties("{\"type\": \"pdf\"}"),
                        NewMessage.json("3").withPriority(9),
                        NewMessage.json("4")));
        QueueReader reader = reader();
        Transactions transactions = Transactions.over(database.dataSource());
        transactions.call(connection -> {
            assertThat(reader.readById(connection, ids.get(3)))
                    .get()
                    .extracting(Message::body)
                    .isEqualTo("4");
            assertThat(reader.read(connection, MessageFilter.properties("{\"type\": \"pdf\"}")))
                    .get()
                    .extracting(Message::body)
                    .isEqualTo("2");
            assertThat(reader.read(connection, MessageFilter.header("{\"priority\": 9}")))
                    .get()
                    .satisfies(message -> assertThat(message.connection()).isSameAs(connection));
            assertThat(reader.read(connection)).get().extracting(Message::body).isEqualTo("1");
            assertThat(reader.read(connection)).isEmpty();
            connection.rollback();
            return null;
        });
        // without a server the next reader counts them, and the one after that has them
        eventually(() -> assertThat(readAll())
                .extracting(message -> message.body() + "/" + message.attempts())
                .containsExactly("1/1", "2/1", "4/1", "3/1"));
        assertThatThrownBy(() -> transactions.call(connection -> {
                    connection.setTransactionIsolation(java.sql.Connection.TRANSACTION_SERIALIZABLE);
                    return reader.read(connection);
                }))
                .hasMessageStartingWith("queues are read at the isolation level READ COMMITTED");
        assertThatThrownBy(() -> readAll(queues.reader("none"))).hasMessage("queue \"none\" does not exist");
    }

    @Test
    void publishesToTheQueuesThatAreBound() {
        queues.create("mail");
        Exchanges exchanges = queues.exchanges();
        exchanges.create("all", ExchangeType.FANOUT);
        exchanges.create("some", ExchangeType.TOPIC);
        exchanges.bind("mail", "all");
        exchanges.bind(QUEUE, "all");
        exchanges.bind("mail", "some", "mail.#");
        exchanges.bind("mail", "some", "*.new");
        assertThat(exchanges.list())
                .extracting(ExchangeInfo::name, ExchangeInfo::type)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("all", ExchangeType.FANOUT),
                        org.assertj.core.groups.Tuple.tuple("some", ExchangeType.TOPIC));
        assertThat(exchanges.bindings("some"))
                .containsExactly(
                        new Binding("some", "mail", Optional.of("*.new")),
                        new Binding("some", "mail", Optional.of("mail.#")));
        assertThat(queues.publisher("all").publish(NewMessage.json("1"))).isEqualTo(2);
        assertThat(queues.publisher("some").publish("mail.new", NewMessage.xml("<a/>")))
                .isEqualTo(1);
        assertThat(queues.publisher("some").publish("other", NewMessage.json("3")))
                .isZero();
        assertThat(queues.publisher("all")
                        .publishAll(
                                null,
                                List.of(NewMessage.json("4").withDelay(Duration.ofHours(1)), NewMessage.json("5"))))
                .containsExactly(2, 2);
        assertThat(readAll()).extracting(Message::body).containsExactly("1", "5");
        assertThat(readAll(queues.reader("mail"))).extracting(Message::body).containsExactly("1", "<a/>", "5");
        assertThat(exchanges.list().get(1).unroutable()).isEqualTo(1);
        exchanges.refuseUnroutable("some", true);
        assertThatThrownBy(() -> queues.publisher("some").publish("other", NewMessage.json("3")))
                .isInstanceOf(HowdahException.class)
                .hasMessage("no queue is bound to exchange \"some\" for routing key \"other\"");
        assertThatThrownBy(() -> exchanges.drop("some", false)).hasMessageStartingWith("cannot drop exchange \"some\"");
        exchanges.unbind("mail", "some", "*.new");
        exchanges.unbind("mail", "some");
        exchanges.drop("some", false);
        assertThatThrownBy(() -> queues.publisher("some").publish(NewMessage.json("1")))
                .hasMessage("exchange \"some\" does not exist");
    }

    @Test
    void aRoleMayUseAQueueAndPublishWhileItIsGranted() {
        String role = "friend_" + UUID.randomUUID().toString().replace("-", "");
        PostgresAddress own = database.address();
        database.run("create role %s login password '%s'".formatted(role, own.password()));
        DataSource login =
                new PostgresAddress(own.host(), own.port(), own.database(), role, own.password()).dataSource();
        Queues friends = Queues.over(login, login, wakeups);
        queues.exchanges().create("all", ExchangeType.FANOUT);
        queues.exchanges().bind(QUEUE, "all");
        assertThatThrownBy(() -> friends.publisher("all").publish(NewMessage.json("1")))
                .isInstanceOf(HowdahException.AccessDenied.class)
                .hasMessage("permission denied for exchange \"all\"");
        assertThatThrownBy(() -> friends.sender(QUEUE).send(NewMessage.json("1")))
                .isInstanceOf(HowdahException.AccessDenied.class)
                .hasMessage("permission denied for queue \"orders\"");

        queues.exchanges().grantAccess("all", role);
        assertThat(friends.publisher("all").publish(NewMessage.json("2"))).isEqualTo(1);
        queues.grantAccess(QUEUE, role);
        friends.sender(QUEUE).send(NewMessage.json("3"));
        List<Message> read =
                Transactions.over(login).call(c -> friends.reader(QUEUE).read(c, 9));
        assertThat(read).extracting(Message::body).containsExactly("2", "3");

        queues.exchanges().revokeAccess("all", role);
        queues.resetAccess(QUEUE);
        assertThatThrownBy(() -> friends.publisher("all").publish(NewMessage.json("4")))
                .isInstanceOf(HowdahException.AccessDenied.class);
        assertThatThrownBy(() ->
                        Transactions.over(login).call(c -> friends.reader(QUEUE).read(c)))
                .isInstanceOf(HowdahException.AccessDenied.class);
        assertThatThrownBy(() -> queues.exchanges().grantAccess("all", "nobody_at_all"))
                .hasMessage("role \"nobody_at_all\" does not exist");
    }

    @Test
    void deadLettersAreListedReplayedAndDeleted() {
        sendNumbers(3);
        try (QueueWorker worker = worker().handle(message -> dev.howdah.core.Outcome.deadLetter("reason"))
                .start()) {
            eventually(() -> assertThat(queues.deadLetters(QUEUE).list(10)).hasSize(3));
        }
        DeadLetters dead = queues.deadLetters(QUEUE);
        assertThat(dead.list(2)).hasSize(2).allSatisfy(letter -> {
            assertThat(letter.reason()).isEqualTo("reason");
            assertThat(letter.deadLetterQueue()).isEmpty();
        });
        List<DeadLetter> all = dead.list(10);
        assertThat(dead.replay(List.of(all.get(0).id(), -1L))).isEqualTo(1);
        assertThat(dead.delete(List.of(all.get(1).id()))).isEqualTo(1);
        assertThat(readAll()).extracting(Message::id).containsExactly(all.get(0).id());
        assertThat(dead.replayAll()).isEqualTo(1);
        assertThat(dead.deleteAll()).isZero();
        assertThat(dead.list(10)).isEmpty();
    }
}
