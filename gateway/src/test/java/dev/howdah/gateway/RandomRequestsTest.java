package dev.howdah.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is sent, the answer is well-formed, and a job is there if and only if the answer has its id. */
class RandomRequestsTest {

    /** {@code -Dhowdah.random.requests=10000} for a long run, which must not need more memory than a short one. */
    private static final int REQUESTS = Integer.getInteger("howdah.random.requests", 500);

    private static final Set<String> CHOSEN_WRONGLY = Set.of("PGRST111", "PGRST112");

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

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 20_260_102})
    void everyCallIsAnsweredAndNoConnectionKeepsARole(long seed) throws SQLException {
        try (RunningGateway api = RunningGateway.ofApi(GatewaySettings.defaults()
                .withRollbackAllowed(true)
                .withTokens(new TokenSettings(
                        Optional.of(TokenKeys.of(Tokens.SECRET)), Optional.of("howdah"), Optional.empty())))) {
            String role = "random_" + seed;
            api.database.run(
                    "create role %1$s; grant %1$s to howdah; grant usage on schema api, other to %1$s".formatted(role));
            try {
                run(api, seed, role);
            } finally {
                api.database.run("drop owned by %1$s; drop role %1$s".formatted(role));
            }
        }
    }

    private static void run(RunningGateway api, long seed, String role) throws SQLException {
        RandomRequest requests = new RandomRequest(seed);
        Map<String, String> tokens = Map.of(
                "role", Tokens.signed("{\"role\": \"" + role + "\"}", Tokens.SECRET),
                "expired", Tokens.signed("{\"role\": \"howdah\", \"exp\": 1}", Tokens.SECRET));
        Set<Integer> statuses = new HashSet<>();
        long before = 0;
        for (int i = 0; i < REQUESTS; i++) {
            byte[] request = requests.nextCall(tokens);
            try {
                Answer answer = api.raw(request);
                statuses.add(answer.status());
                if (requests.method().equals("HEAD")) {
                    assertThat(answer.body()).isEmpty();
                } else if (answer.status() >= 300) {
                    answer.isWellFormedError();
                    String code = answer.json().get("code").stringValue();
                    assertThat(answer.status() < 500 || CHOSEN_WRONGLY.contains(code))
                            .as(answer.body())
                            .isTrue();
                } else if (answer.contentType().contains("json")) {
                    assertThat(answer.json().isMissingNode()).isFalse();
                }
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + ", request " + i + ": " + requests.shown(), e);
            }
            if (i == REQUESTS / 5) {
                before = usedAfterCollection();
            }
        }
        assertThat(usedAfterCollection()).as("memory").isLessThan(before + 24 * 1024 * 1024);
        assertThat(statuses).as("not everything is tried").contains(200, 206, 400, 401, 403, 404, 406, 416);
        List<String> roles = new ArrayList<>();
        try (Connection one = api.pool().getConnection();
                Connection other = api.pool().getConnection()) {
            for (Connection connection : List.of(one, other)) {
                try (Statement statement = connection.createStatement();
                        ResultSet row = statement.executeQuery("select current_user || current_setting('role')")) {
                    row.next();
                    roles.add(row.getString(1));
                }
            }
        }
        assertThat(roles).containsOnly("howdahnone");
    }

    private static long usedAfterCollection() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
