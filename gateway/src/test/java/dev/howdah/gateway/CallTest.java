package dev.howdah.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which function a request means, with which arguments, and what its result looks like. */
class CallTest {

    @AutoClose
    static final RunningGateway gateway = RunningGateway.ofApi();

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', delimiter = '|', textBlock = """
            add          | {"a": 1}                 | 11
            add          | {"a": 1, "b": 2}         | 3
            add          | {"a": 1, "b": null}      | null
            add          | [{"a": 1}, {"a": 2}]     | 11
            nothing      | {}                       | null
            hello        | {}                       | "hello \\"world\\""
            truth        |                          | true
            document     | {}                       | {"a": [1, 2]}
            numbers      | {"n": 3}                 | [1, 2, 3]
            numbers      | {"n": 0}                 | []
            names        | {}                       | ["a", null, "c"]
            origin       | {}                       | {"x":0,"y":1}
            no_point     | {}                       | {"x":null,"y":null}
            points       | {}                       | [{"x":1,"y":1}, {"x":2,"y":4}, {"x":3,"y":9}]
            divided      | {"a": 7, "b": 2}         | {"quotient":3,"remainder":1}
            half         | {"a": 7}                 | {"half":3}
            twice        | {"a": 7}                 | {"a":14}
            herd         | {"minimum": 30}            | [{"name":"Ada","age":40}]
            herd         | {"minimum": 99}            | []
            anything     | {}                       | {"f1":1,"f2":"a"}
            sum          | {"numbers": [1, 2, 3]}   | 6
            take_json    | [1, {"b": 2}]            | [1, {"b": 2}]
            take_json    | "text"                   | "text"
            take_json    | {"a": 1}                 | {"a": 1}
            one_of       | {"a": 1}                 | "a"
            one_of       | {"a": 1, "b": 2}         | "ab"
            """)
    void byPost(String function, String body, String result) {
        Answer answer =
                gateway.call("POST", "/rpc/" + function, body == null ? "" : body, "Content-Type: application/json");

        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(answer.contentType()).isEqualTo("application/json;charset=utf-8");
        assertThat(answer.body().replace(", \n ", ", ").replace(",\n ", ", ")).isEqualTo(result);
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', delimiter = '|', textBlock = """
            add?a=1                    | 11
            add?a=1&b=2                | 3
            add?b=2&a=1&b=3            | 4
            hello                      | "hello \\"world\\""
            numbers?n=2                | [1, 2]
            numbers?n=5&limit=2        | [1, 2]
            sum?numbers=1&numbers=2    | 3
            sum?numbers=7              | 7
            one_of?a=1                 | "a"
            setting?name=eq.x          | null
            """)
    void byGet(String path, String result) {
        Answer answer = gateway.get("/rpc/" + path);

        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(result);
    }

    @Test
    void aVoidFunctionHasNoBody() {
        for (int i = 0; i < 8; i++) {
            Answer answer = gateway.call("POST", "/rpc/forget", "");
            assertThat(answer.status()).isEqualTo(204);
            assertThat(answer.body()).isEmpty();
            assertThat(answer.header("Content-Type")).isEqualTo("(none)");
        }
    }

    @Test
    void aBodyIsTheOneParameterWithoutAName() {
        assertThat(gateway.post("/rpc/take_text", "text/plain", "hi").body()).isEqualTo("\"hi!\"");
        assertThat(gateway.post("/rpc/take_bytes", "application/octet-stream", "\0\u0001x")
                        .body())
                .isEqualTo("3");
        gateway.post("/rpc/add", "text/plain", "hi").isError(400, "PGRST102");
        gateway.post("/rpc/take_json", "application/json", "{").isError(400, "22P02");
        gateway.get("/rpc/take_json").isError(404, "PGRST202");
    }

    @Test
    void theFunctionIsFoundByItsArguments() {
        gateway.call("POST", "/rpc/add", "{\"c\": 1}")
                .isError(404, "PGRST202")
                .saying("Could not find the function api.add(c) in the schema cache");
        gateway.call("POST", "/rpc/either", "{\"a\": 1}")
                .isError(300, "PGRST203")
                .saying("api.either(a => integer), api.either(a => text)");
        gateway.get("/rpc/add?a=eq.1").isError(400, "22P02");
        gateway.get("/rpc/herd?minimun=1").isError(404, "PGRST202");
    }

    @Test
    void whatMayNotWriteIsReadOnlyHoweverOftenItIsCalled() {
        gateway.database.run("""
                create function api.sly() returns int stable language plpgsql as $$
                begin insert into api.elephants (id) values (99); return 1; end $$""");
        for (int i = 0; i < 12; i++) {
            gateway.get("/rpc/born?id=9&name=x").isError(405, "25006");
            assertThat(gateway.call("POST", "/rpc/add", "{\"a\": 1}").body()).isEqualTo("11");
            Answer sly = gateway.call("POST", "/rpc/sly", "{}");
            assertThat(sly.status()).as(sly.body()).isNotEqualTo(200);
        }
        assertThat(gateway.database.value("select count(*) from api.elephants")).isEqualTo("3");
    }

    @Test
    void aProfileIsASchema() {
        assertThat(gateway.get("/rpc/add?a=1").header("Content-Profile")).isEqualTo("api");
        Answer other = gateway.call("GET", "/rpc/add?a=1", "", "Accept-Profile: other");
        assertThat(other.body()).isEqualTo("\"other 1\"");
        assertThat(other.header("Content-Profile")).isEqualTo("other");
        assertThat(gateway.call("POST", "/rpc/add", "{\"a\": 2}", "Content-Profile: other")
                        .body())
                .isEqualTo("\"other 2\"");
        gateway.call("POST", "/rpc/add", "{\"a\": 2}", "Content-Profile: pg_catalog")
                .isError(406, "PGRST106")
                .saying("Invalid schema: pg_catalog");
        assertThat(gateway.call("GET", "/rpc/setting?name=search_path", "").body())
                .isEqualTo("\"\\\"api\\\", \\\"howdah\\\", \\\"public\\\"\"");
    }

    @Test
    void theFunctionSeesTheRequest() {
        String[] headers = {"X-Thing: a thing", "Cookie: a=1; b=2", "X-Thing: again"};

        assertThat(gateway.call("GET", "/rpc/setting?name=request.headers", "", headers)
                        .json()
                        .stringValue())
                .contains("\"x-thing\":\"a thing, again\"")
                .doesNotContain("cookie");
        assertThat(gateway.call("GET", "/rpc/setting?name=request.cookies", "", headers)
                        .json()
                        .stringValue())
                .isEqualTo("{\"a\":\"1\",\"b\":\"2\"}");
        assertThat(gateway.get("/rpc/setting?name=request.method").body()).isEqualTo("\"GET\"");
        assertThat(gateway.get("/rpc/setting?name=request.path").body()).isEqualTo("\"/rpc/setting\"");
        assertThat(gateway.call("POST", "/rpc/setting", "{\"name\": \"request.method\"}")
                        .body())
                .isEqualTo("\"POST\"");
    }

    @Test
    void theFunctionChoosesStatusAndHeaders() {
        Answer answer = gateway.call("POST", "/rpc/choose", """
                {"status": "201", "headers": "[{\\"X-A\\": \\"b\\"}, {\\"Set-Cookie\\": \\"a=1\\"}, {\\"Set-Cookie\\": \\"b=2\\"}]"}""");

        assertThat(answer.status()).as(answer.body()).isEqualTo(201);
        assertThat(answer.body()).isEqualTo("\"chosen\"");
        assertThat(answer.header("X-A")).isEqualTo("b");
        assertThat(answer.headers().allValues("Set-Cookie")).containsExactly("a=1", "b=2");
        assertThat(gateway.get("/rpc/hello").header("X-A")).isEqualTo("(none)");
        gateway.call("POST", "/rpc/choose", "{\"status\": \"9000\", \"headers\": null}")
                .isError(500, "PGRST112");
        for (String headers :
                new String[] {"{", "{}", "[1]", "[{\\\"a\\\": 1}]", "[{\\\"a\\\": \\\"b\\\\n\\\"}]", "[{}]"}) {
            gateway.call("POST", "/rpc/choose", "{\"status\": null, \"headers\": \"" + headers + "\"}")
                    .isError(500, "PGRST111");
        }
    }

    @Test
    void anErrorMayBeRaisedWhole() {
        Answer answer = gateway.call("POST", "/rpc/raise", """
                {"message": "{\\"code\\": \\"E1\\", \\"message\\": \\"no\\", \\"hint\\": \\"pay\\"}",
                 "detail": "{\\"status\\": 402, \\"headers\\": {\\"X-Price\\": \\"1\\"}}"}""");

        answer.isError(402, "E1").saying("no");
        assertThat(answer.json().get("hint").stringValue()).isEqualTo("pay");
        assertThat(answer.header("X-Price")).isEqualTo("1");
        gateway.call("POST", "/rpc/raise", "{\"message\": \"oh\", \"detail\": \"\"}")
                .isError(500, "PGRST121");
        gateway.call(
                        "POST",
                        "/rpc/raise",
                        "{\"message\": \"{\\\"code\\\": \\\"E\\\", \\\"message\\\": \\\"m\\\"}\", \"detail\": \"{}\"}")
                .isError(500, "PGRST121");
        gateway.call("POST", "/rpc/fails", "{\"state\": \"PT418\"}").isError(418, "PT418");
    }
}
