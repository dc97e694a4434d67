package dev.howdah.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is sent, the answer is well-formed, and a job is there if and only if the answer has its id. */
class RandomRequestsTest {

    private static final int REQUESTS = 500;

    @AutoClose
    static final RunningGateway gateway = RunningGateway.start();

    @BeforeEach
    void empty() {
        gateway.database.run("truncate pgqueuer, pgqueuer_log");
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {20_260_101, 2, 77_003})
    void everyAnswerIsTrue(long seed) {
        RandomRequest requests = new RandomRequest(seed);
        Set<Long> ids = new HashSet<>();
        Set<Integer> statuses = new HashSet<>();
        for (int i = 0; i < REQUESTS; i++) {
            byte[] request = requests.next();
            try {
                Answer answer = gateway.raw(request);
                statuses.add(answer.status());
                check(answer, requests.method(), ids);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + ", request " + i + ": " + requests.shown(), e);
            }
        }

        assertThat(gateway.database.column("select id from pgqueuer")).hasSize(ids.size());
        assertThat(gateway.database.column("select id from pgqueuer").stream().map(Long::valueOf))
                .containsExactlyInAnyOrderElementsOf(ids);
        assertThat(gateway.database.column("select job_id from pgqueuer_log").stream()
                        .map(Long::valueOf))
                .containsExactlyInAnyOrderElementsOf(ids);
        assertThat(statuses).as("not everything is tried").contains(200, 400, 403, 404, 405, 409, 413);
    }

    private static void check(Answer answer, String method, Set<Long> ids) {
        // nothing here is the server's fault, but that it has no secret for the token that it is shown
        assertThat(answer.status())
                .matches(status -> status < 500 || answer.body().contains("PGRST300") || method.equals("HEAD"));
        if (method.equals("HEAD")) {
            assertThat(answer.body()).isEmpty();
            assertThat(answer.contentType()).matches("application/(openapi\\+)?json;charset=utf-8");
        } else if (answer.status() == 200 && answer.contentType().startsWith("application/openapi+json")) {
            assertThat(answer.json().get("paths").has(RunningGateway.ENQUEUE)).isTrue();
        } else if (answer.status() >= 300) {
            answer.isWellFormedError();
        } else if (method.equals("OPTIONS")) {
            assertThat(answer.header("Allow")).isEqualTo("OPTIONS,POST");
        } else {
            assertThat(method).isEqualTo("POST");
            assertThat(ids.add(answer.id())).as("a new id").isTrue();
        }
    }
}
