package dev.howdah.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.howdah.core.DutyLoop;
import dev.howdah.queue.NewMessage;
import dev.howdah.queue.QueueSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** {@code howdah queue}: messages, sent, looked at, read, given up and replayed. */
class QueueMessagesCommandTest extends WingCommandBase {

    QueueMessagesCommandTest() {
        super("queue");
    }

    @Test
    void whatIsSentIsReadOnceInItsOrder() {
        assertThat(done("create", "pdfs")).isEqualTo("Queue pdfs is made.");
        assertThat(done("read", "pdfs")).isEmpty();
        assertThat(done("send", "pdfs", "{\"order\": 1}", "\"two\\nlines\"")).isEqualTo("1\n2");
        assertThat(done("send", "pdfs", "--priority", "-1", "--", "-3")).isEqualTo("3");
        assertThat(done("send", "pdfs", "--xml", "<a>\n</a>", "--property", "customer=c7", "--property", "vip=yes"))
                .isEqualTo("4");

        assertThat(done("read", "pdfs")).isEqualTo("-3");
        assertThat(done("read", "pdfs", "--property", "customer=c7")).isEqualTo("<a>\\n</a>");
        assertThat(done("read", "pdfs", "--property", "customer=c8")).isEmpty();
        assertThat(done("read", "pdfs", "--max", "5")).isEqualTo("{\"order\": 1}\n\"two\\nlines\"");
        assertThat(ready("pdfs")).isZero();
    }

    @Test
    void aMessageIsShownWhole() {
        howdah.queues().create("pdfs");
        done(
                "send",
                "pdfs",
                "{\"b\": \"\u00fc\"}",
                "--property",
                "customer=c7",
                "--retries",
                "2",
                "--retry-delay",
                "5s");
        JsonNode message = json(done("read", "pdfs", "--json"));
        assertThat(message.get("id").longValue()).isEqualTo(1);
        assertThat(message.get("body").get("b").stringValue()).isEqualTo("\u00fc");
        assertThat(message.get("properties").get("customer").stringValue()).isEqualTo("c7");
        assertThat(message.get("retries").intValue()).isEqualTo(2);
        assertThat(message.get("retry_delay_ms").intValue()).isEqualTo(5_000);
        assertThat(message.get("attempts").intValue()).isZero();
        assertThat(message.has("history")).isFalse();
        done("send", "pdfs", "--xml", "<a/>");
        assertThat(json(done("read", "pdfs", "--json")).get("body_xml").stringValue())
                .isEqualTo("<a/>");
    }

    @Test
    void sendsWhatStdinHas(@TempDir Path folder) throws IOException {
        howdah.queues().create("pdfs");
        String lines = IntStream.rangeClosed(1, 30_000)
                .mapToObj(i -> "{\"\u00e4\": " + i + "}")
                .collect(Collectors.joining("\n"));
        Path file = Files.writeString(folder.resolve("lines"), lines);
        assertThat(fed(file, "send", "pdfs", "--lines", "--priority", "7")).isEqualTo("30000 messages sent");
        Path one = Files.writeString(folder.resolve("one"), "\"only\"\n");
        assertThat(fed(one, "send", "pdfs")).isEqualTo("30001");
        assertThat(ready("pdfs")).isEqualTo(30_001);
        assertThat(done("read", "pdfs", "--max", "101").lines().toList())
                .hasSize(101)
                .startsWith("\"only\"", "{\"\u00e4\": 1}")
                .endsWith("{\"\u00e4\": 100}");
    }

    @Test
    void peekingLeavesEverythingThere() {
        howdah.queues().create("pdfs");
        assertThat(done("peek", "pdfs")).isEqualTo("Queue pdfs has no messages.");
        done("send", "pdfs", "{\"order\": 1}", "--priority", "5");
        done("send", "pdfs", "{\"order\": 2}", "--property", "customer=c7");
        done("send", "pdfs", "{\"order\": 3}", "--delay", "1h");
        for (int i = 0; i < 2; i++) {
            assertThat(done("peek", "pdfs"))
                    .containsPattern("^ID +STATE +DUE +PRIORITY +ATTEMPTS +RETRIES +SENT +PROPERTIES +PAYLOAD\n"
                            + " 2 +ready +- +0 +0 +10 +\\S+Z +\\{\"customer\": \"c7\"} +\\{\"order\": 2}\n"
                            + " 1 +ready +- +5 +0 +10 +\\S+Z +\\{} +\\{\"order\": 1}\n"
                            + " 3 +waiting +\\S+Z +0 +0 +10 +\\S+Z +\\{} +\\{\"order\": 3}$");
        }
        assertThat(done("peek", "pdfs", "--max", "1", "--json")).contains("\"state\":\"ready\",\"id\":2,");
    }

    @Test
    void theExitCodeOfACommandIsTheOutcome() {
        howdah.queues().create("pdfs", QueueSettings.none().withRetries(1).withRetryDelay(Duration.ZERO));
        String script = "cat; echo \" $HOWDAH_MESSAGE_ID $HOWDAH_QUEUE $HOWDAH_PRIORITY $HOWDAH_PROPERTY_CUSTOMER\"";
        done("send", "pdfs", "{\"order\": 1}", "--priority", "4", "--property", "customer=c7");
        assertThat(done("read", "pdfs", "--quiet", "--", "sh", "-c", script)).isEqualTo("{\"order\": 1} 1 pdfs 4 c7");

        done("send", "pdfs", "2");
        HowdahRun later = run("read", "pdfs", "--", "sh", "-c", "exit 75");
        assertThat(later.err()).matches("message 2: again in 0 s, \\d+ ms");
        assertThat(later.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(howdah.queues().peek("pdfs", 1).get(0).message().attempts()).isEqualTo(1);

        HowdahRun failed = run("read", "pdfs", "--", "sh", "-c", "echo it broke >&2; exit 3");
        assertThat(failed.err()).contains("it broke", "message 2: failed, sh ended with exit code 3, ");
        assertThat(done("dead-letters", "pdfs"))
                .containsPattern("^ID +GIVEN UP +ATTEMPTS +IN +REASON +PAYLOAD\n"
                        + " 2 +\\S+Z +2 +- +sh ended with exit code 3: it broke +2$");
    }

    @Test
    void followsWithACommandUntilItIsTerminated() {
        howdah.queues().create("pdfs");
        try (HowdahProcess follow =
                HowdahProcess.start(command("read", "pdfs", "--follow", "--concurrency", "2", "--", "cat"))) {
            howdah.queues().sender("pdfs").send(NewMessage.json("1"));
            follow.awaitLine("1"::equals);
            howdah.queues().sender("pdfs").send(NewMessage.json("2"));
            follow.awaitLine("2"::equals);
            assertThat(follow.terminate()).isEqualTo(143);
            assertThat(follow.err()).contains("message 1: done, ", "message 2: done, ");
        }
        assertThat(ready("pdfs")).isZero();
    }

    @Test
    void whatNobodyTookComesAgain() throws Exception {
        howdah.queues().create("pdfs");
        int sent = 20_000;
        howdah.queues()
                .sender("pdfs")
                .load(IntStream.rangeClosed(1, sent)
                        .mapToObj(i -> NewMessage.json("" + i))
                        .iterator());
        try (HowdahProcess cut =
                HowdahProcess.pipedInto(List.of("head", "-n", "1"), command("read", "pdfs", "--max", "" + sent))) {
            assertThat(cut.awaitEnd()).isEqualTo(ExitCode.FAILED);
            assertThat(cut.out()).isEqualTo("1");
            assertThat(cut.err())
                    .isEqualTo("howdah: stdout takes no more; the message that it did not take comes again");
        }
        assertThat(ready("pdfs")).isGreaterThan(sent / 4).isLessThan(sent);
        assertThat(database.value("select max(attempts) from pgpro_queue_data.queue_pdfs"))
                .isEqualTo("0");
    }

    @Test
    void showsDeadLettersAndPutsThemBack() {
        howdah.queues().create("lost", QueueSettings.none().forDeadLetters());
        howdah.queues().create("pdfs", QueueSettings.none().withRetries(0).withDeadLetterQueue("lost"));
        assertThat(done("dead-letters", "pdfs")).isEqualTo("Queue pdfs has no dead letters.");
        done("send", "pdfs", "1", "2", "3");
        try (DutyLoop server = DutyLoop.builder()
                .duties(howdah.duties())
                .leadershipOver(database.dataSource())
                .start()) {
            done("read", "pdfs", "--max", "3", "--quiet", "--", "false");
            await().until(() -> done("dead-letters", "pdfs", "--json").lines().count() == 3);
        }
        JsonNode letter = json(done("dead-letters", "pdfs", "list", "--max", "1", "--json"));
        assertThat(letter.get("id").intValue()).isEqualTo(1);
        assertThat(letter.get("attempts").intValue()).isEqualTo(1);
        assertThat(letter.get("reason").stringValue()).isEqualTo("false ended with exit code 1");
        assertThat(letter.get("dead_letter_queue").stringValue()).isEqualTo("lost");
        assertThat(letter.get("body").intValue()).isEqualTo(1);

        assertThat(done("dead-letters", "pdfs", "replay", "1")).isEqualTo("1 dead letter is back in queue pdfs");
        assertThat(done("read", "pdfs")).isEqualTo("1");
        assertThat(run("dead-letters", "pdfs", "replay", "1", "2").err())
                .isEqualTo("howdah: the other 1 are no dead letters of queue pdfs");
        assertThat(done("dead-letters", "pdfs", "delete", "--all")).isEqualTo("1 dead letter is deleted");
        assertThat(done("dead-letters", "pdfs", "replay", "--all")).isEqualTo("0 dead letters are back in queue pdfs");
        assertThat(done("read", "pdfs")).isEqualTo("2");
        assertRefused(
                ExitCode.USAGE,
                "say which dead letters to delete, by their IDs or with --all",
                "dead-letters",
                "pdfs",
                "delete");
        assertRefused(ExitCode.USAGE, "IDs and --all are for replay and delete", "dead-letters", "pdfs", "--all");
    }

    private long ready(String queue) {
        return howdah.queues().list().stream()
                .filter(info -> info.name().equals(queue))
                .findFirst()
                .orElseThrow()
                .ready();
    }
}
