package dev.howdah.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.queue.QueueInfo;
import dev.howdah.testkit.TestDatabase;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** {@code howdah queue}: queues, exchanges, rights and callbacks, and what it refuses; without a server. */
class QueueCommandTest extends WingCommandBase {

    QueueCommandTest() {
        super("queue");
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
        assertThat(howdah.queues().list().get(0).ready()).isZero();
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
                        "callbacks",
                        "grant",
                        "revoke",
                        "drop",
                        "howdah queue read pdfs --follow -- cat",
                        "Exit codes:");
    }

    @Test
    void registersCallbacks() {
        howdah.queues().create("pdfs");
        database.run("create procedure public.make_pdf(jsonb) language sql as ''");
        assertThat(done("callbacks")).isEqualTo("No queue has a callback.");
        assertThat(done("callbacks", "register", "pdfs", "public.make_pdf(jsonb)"))
                .isEqualTo("Servers call public.make_pdf(jsonb) with each message of queue pdfs.");
        assertThat(done("callbacks", "list"))
                .containsPattern("^QUEUE +CALLBACK +PROBLEM\npdfs +public\\.make_pdf\\(jsonb\\) +-$");
        assertRefused(
                ExitCode.FAILED,
                "queue \"pdfs\" already has a callback",
                "callbacks",
                "register",
                "pdfs",
                "public.make_pdf(jsonb)");
        assertRefused(
                ExitCode.FAILED,
                "queue \"pdfs\" has no callback \"other(jsonb)\"",
                "callbacks",
                "unregister",
                "pdfs",
                "other(jsonb)");
        assertThat(json(done("callbacks", "--json")).get(0).get("callback").stringValue())
                .isEqualTo("public.make_pdf(jsonb)");
        assertThat(done("callbacks", "unregister", "pdfs")).isEqualTo("Queue pdfs has no callback any more.");
        assertRefused(ExitCode.FAILED, "queue \"pdfs\" has no callback", "callbacks", "unregister", "pdfs");
        assertRefused(
                ExitCode.FAILED,
                "cannot register callback \"none(jsonb)\": there is no such procedure",
                "callbacks",
                "register",
                "pdfs",
                "none(jsonb)");
        assertRefused(ExitCode.USAGE, "register takes a queue and a procedure", "callbacks", "register", "pdfs");
        assertRefused(ExitCode.USAGE, "list takes no queue", "callbacks", "list", "pdfs");
    }

    private String mayRead(String role) {
        return database.value("select has_table_privilege('" + role + "', 'pgpro_queue_data.queue_pdfs', 'delete')");
    }
}
