package dev.howdah.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.howdah.core.Outcome;
import dev.howdah.stream.NewEvent;
import dev.howdah.stream.StreamConsumer;
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

/** {@code howdah stream}, without a server on the database. */
class StreamCommandTest extends WingCommandBase {

    StreamCommandTest() {
        super("stream");
    }

    @Test
    void whatIsSentIsConsumedByEachConsumerOnce() {
        assertThat(done("create", "orders")).isEqualTo("Stream orders is made.");
        HowdahRun first = run("consume", "orders", "billing");
        assertThat(first.out()).isEmpty();
        assertThat(first.err()).isEqualTo("Consumer billing is new: it gets what is sent to orders from now on.");
        howdah.streams().subscribe("orders", "shipping");

        assertThat(done("send", "orders", "{\"order\": 1}", "two\nlines", "--type", "created", "--key", "c7"))
                .isEqualTo("1\n2");
        assertThat(done("send", "orders", "--", "-3")).isEqualTo("3");

        String lines = "1  created  {\"order\": 1}\n2  created  two\\nlines\n3  default  -3";
        assertThat(done("consume", "orders", "billing")).isEqualTo(lines);
        assertThat(done("consume", "orders", "billing")).isEmpty();
        assertThat(done("consume", "orders", "shipping", "--max", "2", "--follow"))
                .isEqualTo(lines.substring(0, lines.lastIndexOf('\n')));
        assertThat(done("consume", "orders", "shipping")).isEqualTo("3  default  -3");
    }

    @Test
    void aTickIsAPlaceToReadFromAgain() {
        howdah.streams().create("orders");
        howdah.streams().subscribe("orders", "billing");
        long before = howdah.streams().consumers("orders").get(0).lastTick();
        howdah.streams()
                .sender("orders")
                .send(NewEvent.of("created", "\u00fc\n").withKey("c7"));

        JsonNode event = json(done("consume", "orders", "billing", "--json"));
        assertThat(event.get("id").intValue()).isEqualTo(1);
        assertThat(event.get("type").stringValue()).isEqualTo("created");
        assertThat(event.get("data").stringValue()).isEqualTo("\u00fc\n");
        assertThat(event.get("key").stringValue()).isEqualTo("c7");
        assertThat(event.get("retry").intValue()).isZero();
        assertThat(event.has("extra2")).isFalse();

        assertThat(done("consume", "orders", "billing")).isEmpty();
        assertThat(done("consume", "orders", "billing", "--from", "" + before)).isEqualTo("1  created  \u00fc\\n");
        assertRefused(
                ExitCode.FAILED,
                "cannot reposition, tick not found: 99",
                "consume",
                "orders",
                "billing",
                "--from",
                "99");
    }

    @Test
    void sendsWhatStdinHas(@TempDir Path folder) throws IOException {
        howdah.streams().create("orders");
        howdah.streams().subscribe("orders", "billing");
        String lines =
                IntStream.rangeClosed(1, 30_000).mapToObj(i -> "\u00e4 " + i).collect(Collectors.joining("\n"));
        Path file = Files.writeString(folder.resolve("lines"), lines);
        assertThat(fed(file, "send", "orders", "--lines")).isEqualTo("30000 events sent");
        assertThat(fed(file, "send", "orders")).isEqualTo("30001");

        List<String> consumed = done("consume", "orders", "billing").lines().toList();
        assertThat(consumed).hasSize(30_001);
        assertThat(consumed.subList(0, 30_000).stream()
                        .map(line -> line.replaceFirst("^\\d+  default  ", ""))
                        .collect(Collectors.joining("\n")))
                .isEqualTo(lines);
        assertThat(consumed.get(30_000)).endsWith(lines.replace("\n", "\\n"));
    }

    @Test
    void followsUntilItIsTerminatedAndThenGoesOnWhereItStopped() {
        howdah.streams().create("orders");
        try (HowdahProcess follow = HowdahProcess.start(command("consume", "orders", "billing", "--follow"))) {
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> !howdah.streams().consumers("orders").isEmpty());
            howdah.streams().sender("orders").send(NewEvent.of("1"));
            follow.awaitLine("1  default  1"::equals);
            howdah.streams().sender("orders").send(NewEvent.of("2"));
            follow.awaitLine("2  default  2"::equals);
            assertThat(follow.terminate()).isEqualTo(143);
        }
        howdah.streams().sender("orders").send(NewEvent.of("3"));
        assertThat(done("consume", "orders", "billing")).isEqualTo("3  default  3");
    }

    @Test
    void whatNobodyReadIsNotDone() throws Exception {
        howdah.streams().create("orders");
        howdah.streams().subscribe("orders", "billing");
        int sent = 20_000;
        howdah.streams()
                .sender("orders")
                .load(IntStream.rangeClosed(1, sent)
                        .mapToObj(i -> NewEvent.of("" + i))
                        .iterator());
        try (HowdahProcess cut =
                HowdahProcess.pipedInto(List.of("head", "-n", "1"), command("consume", "orders", "billing"))) {
            assertThat(cut.awaitEnd()).isEqualTo(ExitCode.FAILED);
            assertThat(cut.out()).isEqualTo("1  default  1");
            assertThat(cut.err()).isEqualTo("howdah: stdout takes no more; what it did not take comes again");
        }
        List<String> rest = done("consume", "orders", "billing").lines().toList();
        assertThat(rest.get(rest.size() - 1)).endsWith("  " + sent);
        long firstId = Long.parseLong(rest.get(0).replaceAll(" .*", ""));
        assertThat(rest).hasSize((int) (sent - firstId + 1)).hasSizeGreaterThan(sent / 4);
    }

    @Test
    void waitsForWhatAKilledInstanceHad() {
        howdah.streams().create("orders");
        howdah.streams().subscribe("orders", "billing");
        howdah.streams().sender("orders").send(NewEvent.of("1"));
        // a worker that died with a batch, its lease still running
        database.run("""
                select howdah_stream.deliver(sub_no, 'the dead one', '2 seconds')
                  from howdah_stream.subscriber""");
        assertThat(howdah.streams().consumers("orders").get(0).busy()).isTrue();
        assertThat(done("consume", "orders", "billing")).isEqualTo("1  default  1");
    }

    @Test
    void listsAndConfigures() {
        assertThat(done("list")).isEqualTo("There are no streams yet: make one with howdah stream create NAME.");
        assertThat(done("list", "--json")).isEqualTo("[]");
        assertThat(done("create", "orders", "--rotation-period", "30m", "--max-retries", "2", "--batch-max-count", "7"))
                .isEqualTo("Stream orders is made.");
        assertThat(done("create", "orders")).isEqualTo("Stream orders is there already; nothing was changed.");
        assertThat(done("configure", "orders", "--ticker-max-lag", "1s", "--ticker-paused", "true"))
                .isEqualTo("Stream orders is configured.");
        assertThat(database.value("""
                select concat_ws(' ', queue_rotation_period, queue_max_retries, queue_batch_max_count,
                                 queue_ticker_max_lag, queue_ticker_paused)
                  from pgque.queue""")).isEqualTo("00:30:00 2 7 00:00:01 t");

        assertThat(done("list"))
                .containsPattern("^STREAM +CONSUMERS +EVENTS/S +UNTICKED +LAST TICK +ROTATION +SIZE\n"
                        + "orders +0 +0\\.0 +0 +\\S+ ago +30m +\\d+ kB$");
        JsonNode info = json(done("list", "--json")).get(0);
        assertThat(info.get("name").stringValue()).isEqualTo("orders");
        assertThat(info.get("rotation_period_ms").longValue()).isEqualTo(1_800_000);

        assertThat(done("consumers", "orders")).isEqualTo("Nobody reads stream orders yet.");
        howdah.streams().subscribe("orders", "billing");
        assertThat(done("consumers", "orders"))
                .containsPattern("^CONSUMER +PENDING +LAG +SEEN +BUSY +TICK\nbilling +0 +\\d.* ago +no +\\d+$");
        assertThat(json(done("consumers", "orders", "--json"))
                        .get(0)
                        .get("name")
                        .stringValue())
                .isEqualTo("billing");

        assertRefused(
                ExitCode.FAILED, "stream orders has consumers: billing; --force removes them too", "drop", "orders");
        assertThat(done("unsubscribe", "orders", "billing")).isEqualTo("Consumer billing reads orders no more.");
        assertRefused(ExitCode.FAILED, "stream orders has no consumer billing", "unsubscribe", "orders", "billing");
        howdah.streams().subscribe("orders", "shipping");
        assertThat(done("drop", "orders", "--force")).isEqualTo("Stream orders is gone.");
        assertThat(howdah.streams().list()).isEmpty();
    }

    @Test
    void showsDeadLettersAndSendsThemAgain() throws InterruptedException {
        howdah.streams().create("orders");
        assertThat(done("dead-letters", "orders")).isEqualTo("Stream orders has no dead letters.");
        try (StreamConsumer consumer = howdah.streams()
                .consumer("orders", "billing")
                .handle(event -> Outcome.deadLetter("no such\ncustomer"))
                .start()) {
            howdah.streams().sender("orders").sendAll(List.of(NewEvent.of("a", "1"), NewEvent.of("b", "2")));
            consumer.awaitReadUp();
        }
        assertThat(done("dead-letters", "orders"))
                .containsPattern("^ID +CONSUMER +GIVEN UP +RETRIES +TYPE +REASON +DATA\n"
                        + " 2 +billing +\\S+Z +0 +b +no such\\\\ncustomer +2\n"
                        + " 1 +billing +\\S+Z +0 +a +no such\\\\ncustomer +1$");
        List<String> letters =
                done("dead-letters", "orders", "list", "--json").lines().toList();
        assertThat(letters).hasSize(2);
        assertThat(json(letters.get(0)).get("reason").stringValue()).isEqualTo("no such\ncustomer");
        assertThat(json(letters.get(0)).get("event").get("data").stringValue()).isEqualTo("2");

        assertThat(done("dead-letters", "orders", "purge")).isEqualTo("0 dead letters removed");
        assertThat(done("dead-letters", "orders", "replay", "1")).isEqualTo("dead letter 1 is sent again, as event 3");
        assertThat(done("consume", "orders", "billing")).isEqualTo("3  a  1");
        assertRefused(ExitCode.FAILED, "dead letter entry not found: 1", "dead-letters", "orders", "replay", "1");
        assertThat(done("dead-letters", "orders", "replay", "--all")).isEqualTo("1 dead letters are sent again");
        assertThat(done("consume", "orders", "billing")).matches("\\d+  b  2");
        assertRefused(
                ExitCode.USAGE,
                "say which dead letters to replay, by their IDs or with --all",
                "dead-letters",
                "orders",
                "replay");
        assertRefused(ExitCode.USAGE, "IDs and --all are for replay", "dead-letters", "orders", "purge", "--all");
    }

    @Test
    void saysInOneLineWhatCannotBe() {
        for (String[] command : new String[][] {
            {"configure", "none", "--max-retries", "1"},
            {"send", "none", "data"},
            {"consume", "none", "billing"},
            {"consumers", "none"},
            {"dead-letters", "none"},
            {"unsubscribe", "none", "billing"},
            {"drop", "none", "--force"}
        }) {
            assertRefused(ExitCode.FAILED, "there is no stream none: make it with howdah stream create", command);
        }
        assertRefused(
                ExitCode.FAILED,
                "set_queue_config: rotation_period must be > 0, got PT0S",
                "create",
                "orders",
                "--rotation-period",
                "0s");
        assertThat(howdah.streams().list()).isEmpty();
        assertRefused(ExitCode.USAGE, "say what to change, as in: --rotation-period 30m", "configure", "orders");
        assertRefused(ExitCode.USAGE, "--max must be 1 or more, got 0", "consume", "orders", "billing", "--max", "0");
        assertRefused(
                ExitCode.USAGE,
                "events come from arguments or from stdin's lines, not from both",
                "send",
                "orders",
                "data",
                "--lines");
        try (TestDatabase empty = TestDatabase.empty()) {
            for (String command : List.of("list", "create orders", "send orders data", "consume orders billing")) {
                HowdahRun refused = HowdahRun.of(
                        ("stream " + command + " --db " + empty.address().url()).split(" "));
                assertThat(refused.err())
                        .isEqualTo("howdah: there are no streams in this database: run howdah install first");
                assertThat(refused.exitCode()).isEqualTo(ExitCode.FAILED);
            }
        }
    }

    @Test
    void explainsItself() {
        HowdahRun help = HowdahRun.of("stream");
        assertThat(help.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(help.out())
                .contains(
                        "A stream is a log of events.",
                        "create",
                        "configure",
                        "list",
                        "send",
                        "consume",
                        "consumers",
                        "unsubscribe",
                        "dead-letters",
                        "drop",
                        "howdah stream consume orders me --follow",
                        "Exit codes:");
    }
}
