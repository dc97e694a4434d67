package dev.howdah.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An array of jobs in one request, and bytes in jobs. */
class BatchTest {

    private static final String BATCH = "/rpc/fn_pgqueuer_enqueue_batch";

    @AutoClose
    static final RunningGateway gateway = RunningGateway.onOneConnection(
            GatewaySettings.defaults().withExposed(List.of("fn_pgqueuer_enqueue", "fn_pgqueuer_enqueue_batch")));

    @BeforeEach
    void empty() {
        gateway.database.run("truncate pgqueuer, pgqueuer_log");
    }

    @Test
    void idsComeInTheOrderOfTheJobs() {
        String jobs = IntStream.range(0, 300)
                .mapToObj(i -> "{\"entrypoint\": \"e%d\", \"priority\": %d}".formatted(i, i * 7 % 5))
                .collect(Collectors.joining(", ", "{\"jobs\": [", "]}"));

        Answer answer = gateway.call("POST", BATCH, jobs);

        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        List<String> expected = new ArrayList<>();
        answer.json().forEach(id -> expected.add(id + "|e" + expected.size()));
        assertThat(expected).hasSize(300);
        assertThat(gateway.database.column("select id || '|' || entrypoint from pgqueuer order by id"))
                .isEqualTo(expected);
        assertThat(gateway.database.column("select job_id || '|' || entrypoint from pgqueuer_log order by job_id"))
                .isEqualTo(expected);
    }

    @Test
    void whoReadsTheDescriptionMaySendAnArray() {
        assertThat(gateway.get("/")
                        .json()
                        .at("/paths/~1rpc~1fn_pgqueuer_enqueue_batch/post/parameters/0/schema/properties")
                        .toString())
                .isEqualTo("{\"jobs\":{\"format\":\"jsonb\"}}");
    }

    @Test
    void aJobHasTheFieldsOfASingleOne() {
        Answer answer = gateway.call("POST", BATCH, """
                {"jobs": [{"entrypoint": "a"},
                          {"entrypoint": "b", "payload": "\\\\x6869", "priority": 5, "execute_after": "10 seconds",
                           "dedupe_key": "k", "headers": {"n": 1}},
                          {"entrypoint": "c", "payload": null, "dedupe_key": null, "headers": null}]}""");

        assertThat(answer.json().size()).as(answer.body()).isEqualTo(3);
        assertThat(gateway.database.column("""
                select format('%s|%s|%s|%s|%s|%s|%s', entrypoint, convert_from(payload, 'utf8'), priority,
                              execute_after - created, dedupe_key, headers, status) from pgqueuer order by id"""))
                .containsExactly(
                        "a||0|00:00:00|||queued", "b|hi|5|00:00:10|k|{\"n\": 1}|queued", "c||0|00:00:00|||queued");
        assertThat(gateway.call("POST", BATCH, "{\"jobs\": []}").body()).isEqualTo("[]");
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', delimiter = '|', textBlock = """
            null                                                       | 400 | 22023 | jobs must be a JSON array of objects, got null
            {}                                                         | 400 | 22023 | jobs must be a JSON array of objects, got object
            [1]                                                        | 400 | 22023 | job 1 must be a JSON object, got number
            [{"entrypoint": "a"}, []]                                  | 400 | 22023 | job 2 must be a JSON object, got array
            [{"entrypoint": "a"}, {"entrypoint": "b", "delay": 1}]     | 400 | 22023 | job 2 has an unknown key: delay
            [{"entrypoint": "a"}, {}]                                  | 400 | 22023 | job 2 must have an entrypoint
            [{"entrypoint": "a"}, {"entrypoint": null}]                | 400 | 22023 | job 2 must have an entrypoint
            [{"entrypoint": "a"}, {"entrypoint": ""}]                  | 400 | 22023 | job 2 must have an entrypoint
            [{"entrypoint": "a"}, {"entrypoint": "b", "priority": null}] | 400 | 23502 | null value
            [{"entrypoint": "a"}, {"entrypoint": "b", "priority": "x"}] | 400 | 22P02 | invalid input syntax
            [{"entrypoint": "a"}, {"entrypoint": "b", "execute_after": "-1 s"}] | 400 | 22023 | must not be negative
            [{"entrypoint": "a"}, {"entrypoint": "b", "headers": []}]  | 400 | 22023 | headers must be a JSON object
            [{"entrypoint": "a"}, {"entrypoint": "b", "payload": "\\\\q"}] | 400 | 22P02 | invalid input syntax
            [{"entrypoint": "a", "dedupe_key": "k"}, {"entrypoint": "b", "dedupe_key": "k"}] | 409 | 23505 | duplicate key
            """)
    void allOrNothing(String jobs, int status, String code, String message) {
        gateway.call("POST", BATCH, "{\"jobs\": " + jobs + "}")
                .isError(status, code)
                .saying(message);

        assertThat(gateway.jobs()).isZero();
        assertThat(gateway.database.value("select count(*) from pgqueuer_log")).isEqualTo("0");
    }

    @Test
    void base64IsDecodedWhereItIsPreferred() {
        String job = "{\"entrypoint\": \"a\", \"payload\": \"aGVsbG8=\"}";
        String prefer = "Prefer: bytea=base64";
        for (int i = 0; i < 7; i++) {
            Answer one = gateway.call("POST", RunningGateway.ENQUEUE, job, prefer);
            assertThat(one.header("Preference-Applied")).isEqualTo("bytea=base64");
            assertThat(payload(one.body())).isEqualTo("hello");
            assertThat(payload(gateway.enqueue(job).body())).isEqualTo("aGVsbG8=");
            Answer many = gateway.call("POST", BATCH, "{\"jobs\": [" + job + "]}", prefer);
            assertThat(payload(many.json().get(0).toString())).isEqualTo("hello");
        }
        long before = gateway.jobs();
        for (String bad : new String[] {"aGVsbG8", "a", "hell\u00f6", "{}", "\\\\x6869"}) {
            String body = job.replace("aGVsbG8=", bad);
            gateway.call("POST", RunningGateway.ENQUEUE, body, prefer)
                    .isError(400, "22023")
                    .saying("base64");
            gateway.call("POST", BATCH, "{\"jobs\": [" + body + "]}", prefer).isError(400, "22023");
        }
        assertThat(gateway.jobs()).isEqualTo(before);
        assertThat(payload(gateway.call("POST", RunningGateway.ENQUEUE, job.replace("\"aGVsbG8=\"", "null"), prefer)
                        .body()))
                .isEqualTo("null");
    }

    @Test
    void theConfigurationMayPreferBase64() {
        try (RunningGateway base64 =
                RunningGateway.with(GatewaySettings.defaults().withBase64(true))) {
            String job = "{\"entrypoint\": \"a\", \"payload\": \"aGVsbG8=\"}";
            String select = "select convert_from(payload, 'utf8') from pgqueuer where id = ";
            assertThat(base64.database.value(select + base64.enqueue(job).id())).isEqualTo("hello");
            assertThat(base64.database.value(select
                            + base64.call("POST", RunningGateway.ENQUEUE, job, "Prefer: bytea=postgres")
                                    .id()))
                    .isEqualTo("aGVsbG8=");
        }
    }

    private static String payload(String id) {
        return gateway.database.value("select convert_from(payload, 'utf8') from pgqueuer where id = " + id);
    }
}
