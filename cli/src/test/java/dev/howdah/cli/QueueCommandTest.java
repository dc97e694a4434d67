package dev.howdah.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.howdah.core.DutyLoop;
import dev.howdah.queue.NewMessage;
import dev.howdah.queue.QueueInfo;
import dev.howdah.queue.QueueSettings;
import dev.howdah.testkit.TestDatabase;
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

/** {@code howdah queue}, without a server on the database. */
class QueueCommandTest extends WingCommandBase {

    QueueCommandTest() {
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
        assertThat(queue("pdfs").ready()).isZero();
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
        assertThat(queue("pdfs").ready()).isEqualTo(30_001);
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
        assertThat(queue("pdfs").ready()).isZero();
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
        assertThat(queue("pdfs").ready()).isGreaterThan(sent / 4).isLessThan(sent);
        assertThat(database.value("select max(attempts) from pgpro_queue_data.queue_pdfs"))
                .isEqualTo("0");
    }

    @Test
    void listsAndConfigures() {
        assertThat(done("list")).isEqualTo("There are no queues yet: make one with howdah queue create NAME.");
        assertThat(done("list", "--json")).isEqualTo("[]");
        done("create", "lost", "--type", "D");
        done("create", "pdfs", "--retries", "2", "--retry-delay", "90s", "--dlq", "lost");
        assertThat(done("configure", "pdfs", "--backoff", "2", "--backoff-max", "1h"))
                .isEqualTo("Queue pdfs is configured.");
        done("send", "pdfs", "1", "2");
        done("send", "pdfs", "3", "--delay", "1h");
        assertThat(done("list"))
                .containsPattern("^QUEUE +TYPE +READY +OLDEST +WAITING +DEAD +RETRIES +DELAY +DEAD LETTERS TO\n"
                        + "lost +D +0 +- +0 +0 +10 +30s +-\n"
                        + "pdfs +N +2 +\\d+\\w+ +1 +0 +2 +1m 30s +lost$");
        JsonNode info = json(done("list", "--json")).get(1);
        assertThat(info.get("ready").intValue()).isEqualTo(2);
        assertThat(info.get("backoff").doubleValue()).isEqualTo(2);
        assertThat(info.get("backoff_max_ms").intValue()).isEqualTo(3_600_000);
        assertThat(info.get("dead_letter_queue").stringValue()).isEqualTo("lost");

        assertRefused(ExitCode.FAILED, "queue pdfs has 3 messages; --force removes them too", "drop", "pdfs");
        assertRefused(
                ExitCode.FAILED, "cannot drop queue \"lost\": it is the dead-letter queue of \"pdfs\"", "drop", "lost");
        assertThat(done("drop", "pdfs", "--force")).isEqualTo("Queue pdfs is gone.");
        assertThat(done("drop", "lost")).isEqualTo("Queue lost is gone.");
        assertThat(howdah.queues().list()).isEmpty();
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

    @Test
    void publishesThroughExchanges() {
        assertThat(done("exchanges"))
                .isEqualTo("There are no exchanges yet: make one with howdah queue exchanges create NAME.");
        howdah.queues().create("pdfs");
        howdah.queues().create("mails");
        assertThat(done("exchanges", "create", "documents", "--type", "topic", "--refuse-unroutable"))
                .isEqualTo("Exchange documents is made.");
        assertThat(done("bindings")).isEqualTo("No queue is bound.");
        assertThat(done("exchanges", "bind", "documents", "pdfs", "invoice.*"))
                .isEqualTo("Queue pdfs is bound to documents.");
        done("exchanges", "bind", "documents", "mails", "#");
        assertThat(done("bindings"))
                .containsPattern("^EXCHANGE +QUEUE +KEY\ndocuments +mails +#\ndocuments +pdfs +invoice\\.\\*$");
        assertThat(json(done("bindings", "documents", "--json"))
                        .get(1)
                        .get("key")
                        .stringValue())
                .isEqualTo("invoice.*");

        assertThat(done("publish", "documents", "{\"order\": 1}", "--key", "invoice.paid"))
                .isEqualTo("2");
        assertThat(done("publish", "documents", "{\"order\": 2}", "--key", "letter"))
                .isEqualTo("1");
        assertThat(done("read", "pdfs", "--max", "9")).isEqualTo("{\"order\": 1}");
        assertThat(done("read", "mails", "--max", "9")).isEqualTo("{\"order\": 1}\n{\"order\": 2}");

        assertRefused(
                ExitCode.FAILED,
                "cannot drop exchange \"documents\": 2 queue(s) are bound to it, among them \"pdfs\"",
                "exchanges",
                "drop",
                "documents");
        assertThat(done("exchanges", "unbind", "documents", "mails"))
                .isEqualTo("Queue mails is unbound from documents.");
        assertRefused(
                ExitCode.FAILED,
                "no queue is bound to exchange \"documents\" for routing key \"letter\"",
                "publish",
                "documents",
                "3",
                "--key",
                "letter");
        assertThat(done("exchanges"))
                .containsPattern("^EXCHANGE +TYPE +UNROUTABLE +REFUSED\ndocuments +topic +1 +yes$");
        assertThat(done("exchanges", "drop", "documents", "--cascade")).isEqualTo("Exchange documents is gone.");
        assertThat(done("exchanges", "list", "--json")).isEqualTo("[]");
        assertThat(howdah.queues().list()).extracting(QueueInfo::name).containsExactly("mails");
        assertRefused(ExitCode.USAGE, "bind takes an exchange and a queue", "exchanges", "bind", "documents");
    }

    @Test
    void letsRolesUseAQueue() {
        howdah.queues().create("pdfs");
        String role = "worker_of_" + database.address().database();
        database.run("create role " + role);
        try {
            assertThat(done("grant", "pdfs", role)).isEqualTo("Role " + role + " may use queue pdfs.");
            assertThat(mayRead(role)).isEqualTo("t");
            assertThat(done("revoke", "pdfs", role)).isEqualTo("Role " + role + " may not use queue pdfs any more.");
            assertThat(mayRead(role)).isEqualTo("f");
        } finally {
            database.run("drop role " + role);
        }
        assertRefused(ExitCode.FAILED, "role \"nobody\" does not exist", "grant", "pdfs", "nobody");
    }

    @Test
    void saysInOneLineWhatCannotBe() {
        for (String command : List.of(
                "configure none --retries 1",
                "send none 1",
                "read none",
                "peek none",
                "dead-letters none",
                "grant none howdah",
                "drop none")) {
            assertRefused(
                    ExitCode.FAILED,
                    "queue \"none\" does not exist: make it with howdah queue create",
                    command.split(" "));
        }
        howdah.queues().create("pdfs");
        assertRefused(ExitCode.FAILED, "queue \"pdfs\" already exists", "create", "pdfs");
        assertRefused(ExitCode.FAILED, "exchange \"none\" does not exist", "publish", "none", "1");
        assertRefused(
                ExitCode.FAILED,
                "invalid queue name \"a-b\": it has letters, digits and underscores only",
                "create",
                "a-b");
        assertRefused(
                ExitCode.FAILED,
                "a payload is JSON, a text in double quotes; with --xml it is XML: invalid input syntax for type json",
                "send",
                "pdfs",
                "hello");
        assertRefused(
                ExitCode.FAILED, "with --xml a payload is XML: invalid XML content", "send", "pdfs", "--xml", "<a>");
        assertRefused(
                ExitCode.FAILED,
                "a message's retries can't be negative, got -1",
                "send",
                "pdfs",
                "1",
                "--retries",
                "-1");
        assertRefused(ExitCode.USAGE, "say what to change, as in: --retries 5", "configure", "pdfs");
        assertRefused(ExitCode.USAGE, "--max must be 1 or more, got 0", "read", "pdfs", "--max", "0");
        assertRefused(
                ExitCode.USAGE,
                "--concurrency is for a command, with --follow and without --max",
                "read",
                "pdfs",
                "--concurrency",
                "2");
        assertRefused(ExitCode.USAGE, "there is no command no-such", "read", "pdfs", "--", "no-such");
        assertRefused(
                ExitCode.USAGE,
                "messages come from arguments or from stdin's lines, not from both",
                "send",
                "pdfs",
                "1",
                "--lines");
        assertThat(queue("pdfs").ready()).isZero();
        try (TestDatabase empty = TestDatabase.empty()) {
            for (String command : List.of("list", "create pdfs", "send pdfs 1", "read pdfs", "exchanges")) {
                HowdahRun refused = HowdahRun.of(
                        ("queue " + command + " --db " + empty.address().url()).split(" "));
                assertThat(refused.err())
                        .isEqualTo("howdah: there are no queues in this database: run howdah install first");
                assertThat(refused.exitCode()).isEqualTo(ExitCode.FAILED);
            }
        }
    }

    @Test
    void explainsItself() {
        HowdahRun help = HowdahRun.of("queue");
        assertThat(help.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(help.out())
                .contains(
                        "A queue hands each message to one reader",
                        "create",
                        "configure",
                        "list",
                        "send",
                        "read",
                        "peek",
                        "dead-letters",
                        "exchanges",
                        "bindings",
                        "publish",
                        "grant",
                        "revoke",
                        "drop",
                        "howdah queue read pdfs --follow -- cat",
                        "Exit codes:");
    }

    private String mayRead(String role) {
        return database.value("select has_table_privilege('" + role + "', 'pgpro_queue_data.queue_pdfs', 'delete')");
    }

    private QueueInfo queue(String name) {
        return howdah.queues().list().stream()
                .filter(queue -> queue.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
