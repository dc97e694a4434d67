package dev.howdah.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.howdah.core.HowdahException;
import dev.howdah.core.Transactions;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class QueueSenderTest extends QueueClientBase {

    @Test
    void aMessageIsReadAsItWasSent() {
        long id = sender().send(NewMessage.json("{\"a\": \"ä😀\"}")
                .withPriority(-3)
                .withProperties("{\"type\": \"pdf\"}")
                .withRetries(7)
                .withRetryDelay(Duration.ofMillis(1_500)));
        sender().send(NewMessage.xml("<a>1</a>"));
        List<Message> messages = readAll();
        assertThat(messages).hasSize(2);
        StoredMessage first = messages.get(0).stored();
        assertThat(first)
                .isEqualTo(new StoredMessage(
                        id,
                        first.time(),
                        -3,
                        7,
                        Duration.ofSeconds(2),
                        0,
                        "{\"a\": \"ä😀\"}",
                        null,
                        "{\"type\": \"pdf\"}",
                        null));
        StoredMessage second = messages.get(1).stored();
        assertThat(second.xml()).isEqualTo("<a>1</a>");
        assertThat(second.json()).isNull();
        assertThat(second.retries()).isEqualTo(3);
        assertThat(second.properties()).isEqualTo("{}");
    }

    @Test
    void manyGoInOneStatementTheirIdsInOrder() {
        List<NewMessage> messages = List.of(
                NewMessage.json("1"),
                NewMessage.xml("<two/>"),
                NewMessage.json("3")
                        .withPriority(-1)
                        .withProperties("{\"p\": 3}")
                        .withRetries(0),
                NewMessage.json("4").withDelay(Duration.ofHours(1)));
        List<Long> ids = sender().sendAll(messages);
        assertThat(ids).hasSize(4).isSorted().doesNotHaveDuplicates();
        assertThat(readAll()).extracting(Message::body).containsExactly("3", "1", "<two/>");
        assertThat(queues.peek(QUEUE, 10)).singleElement().satisfies(peeked -> {
            assertThat(peeked.state()).isEqualTo(PeekedMessage.State.WAITING);
            assertThat(peeked.message().id()).isEqualTo(ids.get(3));
            assertThat(peeked.due()).hasValue(peeked.message().time().plus(Duration.ofHours(1)));
        });
        assertThat(sender().sendAll(List.of())).isEmpty();
    }

    @Test
    void sendsInTheCallersTransaction() {
        assertThatThrownBy(() -> Transactions.over(database.dataSource()).call(connection -> {
                    sender().send(connection, NewMessage.json("1"));
                    sender().sendAll(connection, List.of(NewMessage.json("2")));
                    sender().load(connection, List.of(NewMessage.json("3")).iterator());
                    throw new IllegalStateException("rolled back");
                }))
                .isInstanceOf(IllegalStateException.class);
        assertThat(readAll()).isEmpty();
        Transactions.over(database.dataSource()).call(connection -> {
            sender().send(connection, NewMessage.json("1"));
            assertThat(readAll()).isEmpty();
            return null;
        });
        assertThat(readAll()).extracting(Message::body).containsExactly("1");
    }

    @Test
    void waitsUntilItsTimeGivenAsDelayOrInstant() {
        Instant time = Instant.now().plusSeconds(3_600).truncatedTo(ChronoUnit.MICROS);
        sender().send(NewMessage.json("1").withTime(time));
        sender().send(NewMessage.json("2").withTime(Instant.now().minusSeconds(60)));
        sender().send(NewMessage.json("3").withDelay(Duration.ZERO));
        sender().send(NewMessage.json("4").withDelay(Duration.ofMillis(1_500)));
        assertThat(readAll()).extracting(Message::body).containsExactly("2", "3");
        assertThat(queues.peek(QUEUE, 10)).hasSize(2);
        assertThat(queues.peek(QUEUE, 10).get(1).due()).hasValue(time);
        eventually(() -> assertThat(readAll()).extracting(Message::body).containsExactly("4"));
    }

    @Test
    void loadsByCopyWithDelayedOnesInBetween() {
        List<NewMessage> messages = IntStream.rangeClosed(1, 3_000)
                .mapToObj(i -> i % 2 == 0
                        ? NewMessage.json("\"\\t" + i + "\\\\\"").withPriority(i % 5)
                        : NewMessage.json("" + i).withDelay(Duration.ofHours(1)))
                .toList();
        assertThat(sender().load(messages.iterator())).isEqualTo(3_000);
        assertThat(info().ready()).isEqualTo(1_500);
        assertThat(info().waiting()).isEqualTo(1_500);
        assertThat(sender().load(List.<NewMessage>of().iterator())).isZero();
        assertThat(sender().load(List.of(
                                NewMessage.xml("<x>\n\\</x>").withPriority(-1).withRetries(9))
                        .iterator()))
                .isEqualTo(1);
        List<Message> read = readAll();
        assertThat(read.get(0).xml()).isEqualTo("<x>\n\\</x>");
        assertThat(read.get(0).retries()).isEqualTo(9);
        assertThat(read.get(1).json()).isEqualTo("\"\\t10\\\\\"");
        assertThat(read.get(1).retries()).isEqualTo(3);
        assertThat(read).extracting(Message::priority).isSorted();
    }

    @Test
    void aQueueThatWasDroppedAndMadeAnewIsFoundAgain() {
        QueueSender sender = sender();
        sender.send(NewMessage.json("1"));
        queues.drop(QUEUE);
        assertThatThrownBy(() -> sender.send(NewMessage.json("2")))
                .isInstanceOf(HowdahException.class)
                .hasMessage("queue \"orders\" does not exist");
        queues.create(QUEUE);
        sender.send(NewMessage.json("3"));
        queues.drop(QUEUE);
        queues.create(QUEUE);
        sender.sendAll(List.of(NewMessage.json("4")));
        queues.drop(QUEUE);
        queues.create(QUEUE);
        sender.load(List.of(NewMessage.json("5")).iterator());
        assertThat(readAll()).extracting(Message::body).containsExactly("5");
    }

    @Test
    void whatCannotBeIsRefusedAndNothingSent() {
        assertThatThrownBy(() -> queues.sender("none").send(NewMessage.json("1")))
                .isInstanceOfSatisfying(
                        HowdahException.class, e -> assertThat(e.queue()).hasValue("none"))
                .hasMessage("queue \"none\" does not exist");
        assertThatThrownBy(() -> sender().send(NewMessage.json("{")))
                .isInstanceOf(HowdahException.InvalidInput.class)
                .hasMessage("invalid input syntax for type json");
        assertThatThrownBy(() -> sender().send(NewMessage.xml("<a>")))
                .isInstanceOf(HowdahException.InvalidInput.class)
                .hasMessage("invalid XML content");
        assertThatThrownBy(() -> sender().send(NewMessage.json("1").withProperties("[]")))
                .isInstanceOf(HowdahException.InvalidInput.class)
                .hasMessage("a message's properties are a JSON object, got []");
        assertThatThrownBy(() -> sender().sendAll(List.of(NewMessage.json("1"), NewMessage.json("x"))))
                .isInstanceOf(HowdahException.InvalidInput.class);
        assertThatThrownBy(() -> sender().load(List.of(NewMessage.json("1"), NewMessage.json("x"))
                        .iterator()))
                .isInstanceOf(HowdahException.InvalidInput.class);
        assertThatThrownBy(() -> sender().send(NewMessage.json("\"\ud83d\"")))
                .isInstanceOf(HowdahException.InvalidInput.class)
                .hasMessage("character 2 of the text is half of a surrogate pair");
        assertThatThrownBy(() ->
                        sender().load(List.of(NewMessage.json("\"\ud83d\"")).iterator()))
                .isInstanceOf(HowdahException.InvalidInput.class);
        assertThatThrownBy(() -> NewMessage.json("1").withRetries(-1))
                .isInstanceOf(HowdahException.InvalidInput.class)
                .hasMessage("a message's retries can't be negative, got -1");
        assertThatThrownBy(() -> NewMessage.json("1").withRetryDelay(Duration.ofSeconds(-1)))
                .isInstanceOf(HowdahException.InvalidInput.class);
        assertThatThrownBy(() -> NewMessage.json("1").withDelay(Duration.ofSeconds(-1)))
                .isInstanceOf(HowdahException.InvalidInput.class);
        assertThat(info().ready()).isZero();
    }
}
