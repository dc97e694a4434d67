package dev.howdah.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.core.Outcome;
import dev.howdah.job.JobWorker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** {@code howdah job}, without a server on the database. */
class JobCommandTest extends WingCommandBase {

    JobCommandTest() {
        super("job");
    }

    @Test
    void whatIsSentIsListedShownAndCanceled() {
        assertThat(done("enqueue", "fetch", "hello", "two\nlines", "--priority", "5", "--headers", "{\"a\": 1}"))
                .isEqualTo("1\n2");
        assertThat(done("enqueue", "later", "x", "--delay", "1h", "--dedupe-key", "k"))
                .isEqualTo("3");
        assertThat(done("list", "fetch"))
                .contains("fetch")
                .contains("two\\nlines")
                .doesNotContain("later");
        JsonNode job = json(done("list", "later", "--json"));
        assertThat(job.get("status").stringValue()).isEqualTo("queued");
        assertThat(job.get("dedupe_key").stringValue()).isEqualTo("k");
        assertThat(done("show", "1")).contains("Job 1 of fetch is queued.").contains("headers  {\"a\": 1}");
        assertThat(done("cancel", "1", "3")).isEqualTo("job 1 is canceled\njob 3 is canceled");
        assertThat(done("show", "1")).startsWith("Job 1 has ended.").contains("canceled");
        assertThat(json(done("show", "1", "--json")).get("history")).hasSize(2);
        assertThat(json(done("stats", "--json"))
                        .get(0)
                        .get("logged")
                        .get("canceled")
                        .intValue())
                .isEqualTo(1);
        database.run("update pgqueuer_log set created = now() - interval '2 days', aggregated = true");
        assertThat(done("prune", "--older-than", "1d")).isEqualTo("4 log rows removed");
        assertRefused(ExitCode.FAILED, "job 3 neither waits nor is at work", "cancel", "3");
        assertRefused(ExitCode.FAILED, "there is no job 99, and none in the log", "show", "99");
    }

    @Test
    void duplicatesAreRefusedOrSkipped() {
        done("enqueue", "a", "x", "--dedupe-key", "k");
        assertRefused(
                ExitCode.FAILED, "a job with the key k waits or is at work", "enqueue", "a", "--dedupe-key", "k", "x");
        assertThat(done("enqueue", "a", "x", "--dedupe-key", "k", "--skip-duplicates"))
                .isEmpty();
        assertRefused(
                ExitCode.USAGE,
                "jobs are due after --delay or --at a time, not both",
                "enqueue",
                "a",
                "x",
                "--delay",
                "1s",
                "--at",
                "2030-01-01T00:00:00Z");
    }

    @Test
    void waitsForTheEndAndTellsIt() {
        try (JobWorker worker = howdah.jobs()
                .worker()
                .handle("a", job -> job.text().equals("good") ? Outcome.done() : Outcome.deadLetter("no"))
                .start()) {
            HowdahRun good = run("enqueue", "a", "good", "--wait");
            assertThat(good.err()).isEqualTo("job 1: successful");
            assertThat(good.exitCode()).isEqualTo(ExitCode.OK);
            HowdahRun bad = run("enqueue", "a", "good", "bad", "--wait");
            assertThat(bad.err().lines()).containsExactly("job 2: successful", "job 3: failed");
            assertThat(bad.exitCode()).isEqualTo(ExitCode.FAILED);
        }
    }

    @Test
    void sendsTheLinesOfStdin(@TempDir Path folder) throws IOException {
        Path lines = Files.writeString(folder.resolve("lines"), "one\n\ntab\tand \\\n");
        assertThat(fed(lines, "enqueue", "a", "--lines", "--priority", "7")).isEqualTo("3 jobs sent");
        assertThat(database.column("select priority || ' ' || convert_from(payload, 'utf8') from pgqueuer order by id"))
                .containsExactly("7 one", "7 ", "7 tab\tand \\");
        assertRefused(
                ExitCode.USAGE,
                "--lines takes jobs from stdin, and goes with no PAYLOAD, --wait or --skip-duplicates",
                "enqueue",
                "a",
                "--lines",
                "--wait");
    }

    @Test
    void heldJobsAreShownRequeuedAndDeleted() {
        database.run("""
                insert into pgqueuer (priority, entrypoint, status) values (0, 'a', 'failed'), (0, 'a', 'failed')""");
        assertThat(done("failed").lines()).hasSize(3);
        assertThat(done("requeue", "1")).isEqualTo("job 1 is queued again");
        assertRefused(ExitCode.FAILED, "job 1 is not held", "requeue", "1");
        assertThat(done("failed", "--delete", "2")).isEqualTo("job 2 is deleted");
        assertThat(done("failed")).isEqualTo("No job is held.");
    }

    @Test
    void oneWhoseKeyIsTakenKeepsNoOtherFromBeingRequeued() {
        database.run("""
                insert into pgqueuer (priority, entrypoint, status, dedupe_key)
                values (0, 'a', 'failed', 'k'), (0, 'a', 'failed', 'k'), (0, 'a', 'failed', null)""");
        HowdahRun run = run("requeue", "--all");
        assertThat(
                        database.column(
                                "select dedupe_key || ' ' || count(*) from pgqueuer where status = 'queued' and dedupe_key is not null group by dedupe_key"))
                .containsExactly("k 1");
        assertThat(database.value("select status from pgqueuer where id = 3")).isEqualTo("queued");
        assertThat(run.out().lines()).hasSize(2);
        assertThat(run.err()).matches("howdah: job [12] is not held, or a job with its dedupe key waits or is at work");
        assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
    }

    @Test
    void takesBytesAsAPayloadButOnlyTextAsLines(@TempDir Path folder) throws IOException {
        Path bytes = Files.write(folder.resolve("bytes"), new byte[] {0, -1, -2, '\n'});
        assertThat(fed(bytes, "enqueue", "a")).isEqualTo("1");
        assertThat(database.value("select payload from pgqueuer")).isEqualTo("\\x00fffe0a");
        HowdahProcess refused = HowdahProcess.fed(bytes, command("enqueue", "a", "--lines"));
        assertThat(refused.awaitEnd()).isEqualTo(ExitCode.FAILED);
        assertThat(refused.err()).isEqualTo("howdah: what is on stdin is not text in UTF-8");
        assertThat(database.value("select count(*) from pgqueuer")).isEqualTo("1");
    }

    @Test
    void schedulesAreMadeAndRemoved() {
        assertThat(done("schedules", "put", "0 9 * * *", "report", "--zone", "Europe/Berlin"))
                .startsWith("The next job of report is due at ");
        assertThat(done("schedules")).contains("0 9 * * *").contains("Europe/Berlin");
        assertThat(done("schedules", "delete", "0 9 * * *", "report")).isEqualTo("The schedule is removed.");
        assertRefused(ExitCode.FAILED, "there is no such schedule", "schedules", "delete", "0 9 * * *", "report");
        assertRefused(
                ExitCode.USAGE,
                "Mars is no time zone (write UTC or Europe/Berlin)",
                "schedules",
                "put",
                "0 9 * * *",
                "report",
                "--zone",
                "Mars");
    }
}
