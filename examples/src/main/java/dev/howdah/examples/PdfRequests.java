package dev.howdah.examples;

import dev.howdah.Howdah;
import dev.howdah.core.Outcome;
import dev.howdah.core.Transactions;
import dev.howdah.queue.Message;
import dev.howdah.queue.NewMessage;
import dev.howdah.queue.QueueSettings;
import dev.howdah.queue.QueueWorker;
import dev.howdah.queue.Queues;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/**
 * The example of pgpro_queue's manual: requests for PDF files are not worked where they come in; they queue up. Urgent ones
 * are worked first. A file, the message's end and the word of it to {@link #MADE} are one transaction, so no file is made
 * twice and none is lost. What can't be made is tried again, and in the end kept until somebody has mended the cause. The
 * server calls a SQL procedure with what was made.
 *
 * <p>While {@code howdah up} runs, which calls callbacks: {@code java -cp … dev.howdah.examples.PdfRequests
 * jdbc:postgresql://…}, with the address that it printed.
 */
public final class PdfRequests {

    static final String REQUESTS = "pdf_requests";
    /** Takes those that could not be made. */
    static final String FAILED = "pdf_failed";
    /** Its callback is note_pdf. */
    static final String MADE = "pdf_made";

    private static final int URGENT = 0;
    private static final int NORMAL = 10;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final DataSource dataSource;
    private final Queues queues;

    PdfRequests(DataSource dataSource, Howdah howdah) {
        this.dataSource = dataSource;
        this.queues = howdah.queues();
    }

    public static void main(String[] args) throws Exception {
        PGSimpleDataSource dataSource = new PGSimpleDataSource();
        dataSource.setUrl(args[0]);
        try (Howdah howdah = Howdah.over(dataSource)) {
            new PdfRequests(dataSource, howdah).run(System.out);
        }
    }

    void run(PrintStream out) throws InterruptedException {
        prepare();
        out.println("requested: " + request("letter", "Ada", NORMAL));
        out.println("requested: " + request("letter", "Grace", NORMAL));
        out.println("requested: " + request("invoice", "Edsger", NORMAL)); // there is no such template
        out.println("requested, urgently: " + request("letter", "Barbara", URGENT));
        try (QueueWorker worker = work()) {
            awaitEmpty(worker);
            queues.deadLetters(REQUESTS)
                    .list(10)
                    .forEach(letter -> out.println(
                            "failed " + letter.attempts() + " times: " + letter.body() + ": " + letter.reason()));
            sql("insert into pdf_template values ('invoice', 'To pay, %s:')");
            out.println("put back: " + queues.deadLetters(REQUESTS).replayAll());
            awaitEmpty(worker);
        }
        out.println("files: " + value("select count(*) from pdf_file"));
    }

    /** Makes what is missing of queues, tables and the callback. */
    void prepare() {
        sql(resource("pdf_requests.sql"));
        Set<String> there = queues.list().stream().map(queue -> queue.name()).collect(Collectors.toSet());
        if (!there.contains(FAILED)) {
            queues.create(FAILED, QueueSettings.none().forDeadLetters());
        }
        if (!there.contains(REQUESTS)) {
            queues.create(
                    REQUESTS,
                    QueueSettings.none()
                            .withDeadLetterQueue(FAILED)
                            .withRetries(2)
                            .withRetryDelay(Duration.ofSeconds(0)));
        }
        if (!there.contains(MADE)) {
            queues.create(MADE);
            queues.registerCallback(MADE, "note_pdf(jsonb)");
        }
    }

    /** What a web page would do; an order is sent in the transaction that stores it. @return the request's number */
    long request(String template, String addressee, int priority) {
        String body = JSON.writeValueAsString(Map.of("template", template, "for", addressee));
        return queues.sender(REQUESTS).send(NewMessage.json(body).withPriority(priority));
    }

    QueueWorker work() {
        return queues.worker(REQUESTS).handle(this::make).concurrency(1).start();
    }

    private Outcome make(Message message) throws SQLException {
        JsonNode request = JSON.readTree(message.body());
        String addressee = request.get("for").stringValue();
        byte[] file = PdfPage.of(
                template(message.connection(), request.get("template").stringValue())
                        .formatted(addressee));
        try (PreparedStatement insert =
                message.connection().prepareStatement("insert into pdf_file (request, content) values (?, ?)")) {
            insert.setLong(1, message.id());
            insert.setBytes(2, file);
            insert.executeUpdate();
        }
        String made = JSON.writeValueAsString(Map.of("request", message.id(), "bytes", file.length, "for", addressee));
        queues.sender(MADE).send(message.connection(), NewMessage.json(made));
        return Outcome.done();
    }

    private static String template(Connection connection, String name) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement("select text from pdf_template where name = ?")) {
            select.setString(1, name);
            try (ResultSet row = select.executeQuery()) {
                if (!row.next()) {
                    throw new IllegalStateException("there is no template " + name);
                }
                return row.getString(1);
            }
        }
    }

    /** Until nothing is to be made, now or after a retry. */
    private void awaitEmpty(QueueWorker worker) throws InterruptedException {
        do {
            worker.awaitNothingToRead();
        } while (queues.list().stream()
                .anyMatch(queue -> queue.name().equals(REQUESTS) && queue.ready() + queue.waiting() > 0));
    }

    private void sql(String sql) {
        Transactions.over(dataSource).statement(connection -> {
            try (Statement statement = connection.createStatement()) {
                return statement.execute(sql);
            }
        });
    }

    private String value(String sql) {
        return Transactions.over(dataSource).statement(connection -> {
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery(sql)) {
                row.next();
                return row.getString(1);
            }
        });
    }

    private static String resource(String name) {
        try (InputStream in = Objects.requireNonNull(PdfRequests.class.getResourceAsStream(name))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
