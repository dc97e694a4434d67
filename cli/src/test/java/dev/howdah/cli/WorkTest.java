package dev.howdah.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.howdah.Howdah;
import dev.howdah.job.NewJob;
import dev.howdah.testkit.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkTest {

    @AutoClose
    final TestDatabase database = TestDatabase.installed();

    @AutoClose
    final Howdah howdah = Howdah.over(database.dataSource());

    @Test
    void theExitCodeIsTheOutcome() {
        List<Long> ids = howdah.jobs()
                .sender()
                .sendAll(List.of(
                        NewJob.of("a").withPayload("exit 0"),
                        NewJob.of("a").withPayload("exit 75"),
                        NewJob.of("a").withPayload("echo it broke >&2; exit 3")));
        HowdahProcess work = work("a", "--", "sh");
        assertThat(work.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(work.err()).contains("it broke", "a: failed, sh ended with exit code 3");
        assertThat(database.column("select status || ' ' || attempts from pgqueuer where execute_after > now()"))
                .containsExactly("queued 1");
        assertThat(log(ids.get(0))).isEqualTo("queued picked successful");
        assertThat(log(ids.get(1))).isEqualTo("queued picked queued");
        assertThat(log(ids.get(2))).isEqualTo("queued picked exception");
        assertThat(database.value("select traceback ->> 'traceback' from pgqueuer_log where status = 'exception'"))
                .isEqualTo("sh ended with exit code 3\nit broke\n");
    }

    @Test
    void passesPayloadsOnAsTheyAre() {
        byte[] bytes = new byte[200_000];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) i;
        }
        howdah.jobs().sender().send(NewJob.of("a").withPayload(bytes));
        howdah.jobs().sender().send(NewJob.of("b"));
        HowdahProcess work = work("a", "b", "--quiet", "--", "wc", "-c");
        assertThat(work.out().lines().map(String::strip)).containsExactly("200000", "0");
        assertThat(work.err()).isEmpty();
    }

    @Test
    void doesNotMindACommandThatReadsNothing() {
        howdah.jobs().sender().send(NewJob.of("a").withPayload(new byte[1_000_000]));
        assertThat(work("a", "--", "true").err()).contains("done");
        assertThat(database.value("select count(*) from pgqueuer")).isEqualTo("0");
    }

    @Test
    void whatTakesTooLongIsEndedTriedAgainAndHeld() {
        long id = howdah.jobs().sender().send(NewJob.of("a").withPayload("sleep 60"));
        String[] options = {"a", "--timeout", "300ms", "--retries", "1", "--backoff", "1ms", "--hold", "--", "sh"};
        HowdahProcess first = work(options); // ends before the retry is due, or after it
        assertThat(first.err()).contains("job " + id + " a: broken off, ");
        work(options);
        assertThat(log(id)).isEqualTo("queued picked queued picked failed");
        assertThat(database.value("select traceback ->> 'exception_message' from pgqueuer_log where status = 'failed'"))
                .isEqualTo("the handler took longer than PT0.3S");
    }

    /** Or it would go on beside its next attempt. */
    @Test
    void whatACommandStartedEndsWithIt(@TempDir Path folder) throws Exception {
        Path child = folder.resolve("child");
        howdah.jobs().sender().send(NewJob.of("a").withPayload("sleep 60 & echo $! > %s; wait".formatted(child)));
        HowdahProcess work = work("a", "--timeout", "2s", "--", "sh");
        assertThat(work.err()).contains("a: broken off, ");
        long pid = Long.parseLong(Files.readString(child).strip());
        assertThat(ProcessHandle.of(pid).filter(ProcessHandle::isAlive)).isEmpty();
    }

    @Test
    void whatACommandLeavesBehindKeepsNothingBack() {
        List<NewJob> jobs = Collections.nCopies(5, NewJob.of("a").withPayload("echo done; sleep 20 & exit 0"));
        howdah.jobs().sender().sendAll(jobs);
        HowdahProcess work = work("a", "--timeout", "10s", "--hold", "--", "sh");
        assertThat(work.out().lines()).containsExactly("done", "done", "done", "done", "done");
        assertThat(database.value("select count(*) from pgqueuer_log where status = 'successful'"))
                .isEqualTo("5");
    }

    @Test
    void aFolderIsNoCommand(@TempDir Path folder) {
        HowdahRun run = HowdahRun.of("work", "a", "--db", database.address().url(), "--", folder.toString());
        assertThat(run.err()).contains("there is no command " + folder);
        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void neverMoreThanTheLimitAtATimeAndNoMoreThanTheRate(@TempDir Path folder) {
        String alone = "cd %s && mkdir lock && sleep 0.02 && rmdir lock".formatted(folder);
        for (int i = 0; i < 4; i++) {
            howdah.jobs().sender().send(NewJob.of("a").withPayload(alone));
        }
        try (HowdahProcess work = HowdahProcess.start(
                "work",
                "a",
                "--concurrency",
                "4",
                "--limit",
                "1",
                "--rate",
                "3/1h",
                "--db",
                database.address().url(),
                "--",
                "sh",
                "-e")) {
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> database.value("select count(*) from pgqueuer").equals("1"));
        }
        assertThat(database.column("select status from pgqueuer_log where status not in ('queued', 'picked')"))
                .containsExactly("successful", "successful", "successful");
        HowdahRun wrong = HowdahRun.of(
                "work", "a", "--rate", "many", "--db", database.address().url(), "--", "true");
        assertThat(wrong.err()).contains("'many' is not a rate (write 100/1m)");
        assertThat(wrong.exitCode()).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void saysThatNothingIsInstalled() {
        try (TestDatabase empty = TestDatabase.empty()) {
            HowdahRun run = HowdahRun.of("work", "a", "--db", empty.address().url(), "--", "true");
            assertThat(run.err()).contains("there are no jobs in this database: run howdah install first");
            assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
        }
    }

    private HowdahProcess work(String... args) {
        String[] all = new String[args.length + 4];
        System.arraycopy(
                new String[] {
                    "work", "--until-empty", "--db", database.address().url()
                },
                0,
                all,
                0,
                4);
        System.arraycopy(args, 0, all, 4, args.length);
        return HowdahProcess.run(all);
    }

    private String log(long id) {
        return database.value(
                "select string_agg(status::text, ' ' order by id) from pgqueuer_log where job_id = " + id);
    }
}
