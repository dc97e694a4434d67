package dev.howdah.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.howdah.Howdah;
import dev.howdah.core.DutyLoop;
import dev.howdah.queue.CallbackSettings;
import dev.howdah.testkit.TestDatabase;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class PdfRequestsTest {

    @AutoClose
    final TestDatabase database = TestDatabase.installed();

    @Test
    void filesAreMadeAndWhatCannotBeMadeIsMendedAndPutBack() throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (Howdah howdah = Howdah.over(database.dataSource());
                DutyLoop server = DutyLoop.builder()
                        .duties(howdah.duties())
                        .duty(howdah.queues()
                                .callbacks(CallbackSettings.ofDatabase().withEnabled(true)))
                        .leadershipOver(database.dataSource())
                        .start()) {
            PdfRequests pdfs = new PdfRequests(database.dataSource(), howdah);
            pdfs.run(new PrintStream(out, true, StandardCharsets.UTF_8));
            assertThat(out.toString(StandardCharsets.UTF_8).lines())
                    .containsExactly(
                            "requested: 1",
                            "requested: 2",
                            "requested: 3",
                            "requested, urgently: 4",
                            "failed 3 times: {\"for\": \"Edsger\", \"template\": \"invoice\"}:"
                                    + " java.lang.IllegalStateException: there is no template invoice",
                            "put back: 1",
                            "files: 4");
            // the urgent one first, the mended one last; each was noted by the callback
            assertThat(database.column("select request from pdf_file order by id"))
                    .containsExactly("4", "1", "2", "3");
            await().until(() -> database.value("select count(*) from pdf_log").equals("4"));
        }
        assertThat(database.column("select line from pdf_log order by line"))
                .startsWith("request 1: 611 bytes for Ada")
                .allMatch(line -> line.matches("request \\d: \\d+ bytes for \\w+"));
        assertThat(database.value(
                        "select string_agg(ready + waiting + dead || '', ' ') from pgpro_queue_data.queue_list"
                                + " cross join howdah_queue.queue_counts(queue_name)"))
                .isEqualTo("0 0 0");
    }

    @Test
    void aPageIsAPdfWhoseObjectsAreWhereItSays() {
        String file = new String(PdfPage.of("Dear (Ada) \\ \u00fc"), StandardCharsets.ISO_8859_1);
        assertThat(file).startsWith("%PDF-1.4\n").endsWith("%%EOF\n").contains("(Dear \\(Ada\\) \\\\ \u00fc) Tj");
        String table = file.substring(Integer.parseInt(file.replaceAll("(?s).*startxref\n(\\d+)\n.*", "$1")));
        assertThat(table).startsWith("xref\n0 6\n");
        for (int i = 1; i <= 5; i++) {
            int place = Integer.parseInt(table.split("\n")[2 + i].substring(0, 10));
            assertThat(file.substring(place)).startsWith(i + " 0 obj\n");
        }
    }
}
