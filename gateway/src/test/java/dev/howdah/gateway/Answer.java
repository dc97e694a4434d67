package dev.howdah.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** What came back. */
record Answer(int status, String body, HttpHeaders headers) {

    private static final ObjectMapper JSON = new ObjectMapper();

    static Answer of(HttpResponse<String> response) {
        return new Answer(response.statusCode(), response.body(), response.headers());
    }

    String header(String name) {
        return headers.firstValue(name).orElse("(none)");
    }

    /** Jetty leaves the optional space out. */
    String contentType() {
        return header("Content-Type").replace("; ", ";");
    }

    JsonNode json() {
        return JSON.readTree(body);
    }

    /** The job's id: a bare number, the whole body. */
    long id() {
        assertThat(status).as(body).isEqualTo(200);
        assertThat(contentType()).isEqualTo("application/json;charset=utf-8");
        assertThat(body).matches("[1-9][0-9]*");
        return Long.parseLong(body);
    }

    /** An error in PostgREST's words: exactly its four keys, null or text. */
    Answer isError(int expectedStatus, String code) {
        assertThat(status).as(body).isEqualTo(expectedStatus);
        isWellFormedError();
        assertThat(json().get("code").stringValue()).as(body).isEqualTo(code);
        return this;
    }

    Answer saying(String message) {
        assertThat(json().get("message").stringValue()).contains(message);
        return this;
    }

    void isWellFormedError() {
        assertThat(contentType()).as(body).isEqualTo("application/json;charset=utf-8");
        assertThat(json().propertyNames()).containsExactlyInAnyOrder("code", "message", "details", "hint");
        assertThat(json().get("message").isString()).as(body).isTrue();
        assertThat(json().get("code").isString()).as(body).isTrue();
        json().forEach(value ->
                assertThat(value.isString() || value.isNull()).as(body).isTrue());
        if (status == 503 || status == 504) {
            assertThat(header("Retry-After")).matches("[1-9][0-9]*");
        }
    }
}
