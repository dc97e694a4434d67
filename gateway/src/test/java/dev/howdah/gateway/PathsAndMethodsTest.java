package dev.howdah.gateway;

import static dev.howdah.gateway.RunningGateway.ENQUEUE;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PathsAndMethodsTest {

    @AutoClose
    static final RunningGateway gateway = RunningGateway.start();

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', delimiter = '|', textBlock = """
            PUT /rpc/fn_pgqueuer_enqueue     | 405 | PGRST101
            PATCH /rpc/fn_pgqueuer_enqueue   | 405 | PGRST101
            DELETE /rpc/fn_pgqueuer_enqueue  | 405 | PGRST101
            TRACE /rpc/fn_pgqueuer_enqueue   | 405 | PGRST101
            QUERY /rpc/fn_pgqueuer_enqueue   | 405 | PGRST101
            NOVEL /rpc/fn_pgqueuer_enqueue   | 405 | PGRST101
            post /rpc/fn_pgqueuer_enqueue    | 405 | PGRST101
            CONNECT /rpc/fn_pgqueuer_enqueue | 400 | PT400
            POST /                           | 405 | PGRST101
            PUT /live                        | 405 | PGRST101
            GET /lives                       | 404 | PGRST125
            GET /rpc                         | 404 | PGRST125
            POST /rpc/                       | 404 | PGRST125
            PUT /rpc/a/b                     | 404 | PGRST125
            GET //rpc/fn_pgqueuer_enqueue    | 404 | PGRST125
            GET /rpc/../pgqueuer             | 404 | PGRST125
            GET /RPC/fn_pgqueuer_enqueue     | 404 | PGRST125
            GET /rpc/fn_unknown              | 404 | PGRST202
            HEAD /rpc/fn_unknown             | 404 |
            OPTIONS /rpc/fn_unknown          | 404 | PGRST202
            GET /rpc/pg_sleep?0=1            | 404 | PGRST202
            POST /rpc/FN_PGQUEUER_ENQUEUE    | 404 | PGRST202
            POST /rpc/public.fn_pgqueuer_enqueue       | 404 | PGRST202
            POST /rpc/%22fn_pgqueuer_enqueue%22        | 404 | PGRST202
            POST /rpc/fn_pgqueuer_enqueue();--         | 404 | PGRST202
            POST /rpc/fn_pgqueuer_enqueue%2Fx          | 404 | PGRST202
            POST /rpc/a'%27%3Bdrop                     | 404 | PGRST202
            POST /rpc/caf%C3%A9                        | 404 | PGRST202
            GET /rpc/fn_pgqueuer_enqueue?entrypoint=%ff | 400 | PGRST102
            GET /rpc/%ff                     | 400 | PT400
            GET /rpc/%zz                     | 400 | PT400
            GET /rpc/a%00                    | 400 | PT400
            GET /rpc/"                       | 400 | PT400
            GET rpc                          | 400 | PT400
            """)
    void answersInItsOwnWords(String line, int status, String code) {
        Answer answer = gateway.raw(line + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

        assertThat(answer.status()).isEqualTo(status);
        if (code != null) {
            answer.isError(status, code);
        } else {
            assertThat(answer.body()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            GET / HTTP/1.1\\r\\n                                          | 400
            GET / HTTP/9.1\\r\\nHost: a\\r\\n                             | 505
            GARBAGE\\r\\n                                                 | 400
            POST /rpc/a HTTP/1.1\\r\\nHost: localhost\\r\\nContent-Length: -1\\r\\n | 400
            GET / HTTP/1.1\\r\\nHost: localhost\\r\\nLong: LONG\\r\\n     | 431
            GET /LONG HTTP/1.1\\r\\nHost: localhost\\r\\n                 | 414
            """)
    void whatIsNoRequestIsAnsweredToo(String request, int status) {
        String sent = request.replace("\\r\\n", "\r\n").replace("LONG", "x".repeat(10_000)) + "\r\n";

        gateway.raw(sent).isError(status, "PT" + status);
    }

    @Test
    void optionsSayWhatIsAllowed() {
        Answer answer = gateway.send(gateway.request(ENQUEUE).method("OPTIONS", BodyPublishers.noBody()));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Allow")).isEqualTo("OPTIONS,POST");
        assertThat(answer.body()).isEmpty();
    }

    @Test
    void aPercentEncodedNameIsTheName() {
        gateway.post("/rpc/fn%5Fpgqueuer_enqueue", "application/json", "{\"entrypoint\": \"a\"}")
                .id();
    }
}
