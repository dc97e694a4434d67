package dev.howdah.gateway;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How the gateway behaves.
 *
 * @param exposed the functions that may be called: {@code name} where the search_path finds it, {@code schema.name}, or
 *     {@code schema.*} for all of a schema. The schemas can then be named by {@code Accept-Profile} and
 *     {@code Content-Profile}. Default: {@code fn_pgqueuer_enqueue} alone
 * @param tokens who may call
 * @param entrypoints which a role may send jobs to, by role; {@code *} at an entrypoint's end stands for anything, the role
 *     {@code *} for every role that is not named. Default: empty, no restriction
 * @param preRequest a function, {@code name} or {@code schema.name}, that is called in each transaction before the call, and
 *     may raise an error. Default: none
 * @param base64 whether bytea arguments are base64 when a request does not say. Default: no, they are text as PostgreSQL
 *     reads bytea ({@code \x…} is hexadecimal)
 * @param rollbackAllowed whether a client may ask, with {@code Prefer: tx=rollback}, that its call be undone. Default: no
 * @param maxRows the most rows in an answer; what is more is called for, but not sent, so it suits functions that change
 *     nothing. 0 is no limit. Default: 0
 * @param statementTimeout after which a call is ended, and answered 500 with code 57014. Default: 30 s
 * @param traffic what is let through
 */
public record GatewaySettings(
        List<String> exposed,
        TokenSettings tokens,
        Map<String, Set<String>> entrypoints,
        Optional<String> preRequest,
        boolean base64,
        boolean rollbackAllowed,
        int maxRows,
        Duration statementTimeout,
        TrafficSettings traffic) {

    public static final List<String> DEFAULT_EXPOSED = List.of("fn_pgqueuer_enqueue");
    public static final Duration DEFAULT_STATEMENT_TIMEOUT = Duration.ofSeconds(30);

    /** @throws IllegalArgumentException in one line, for what can't be */
    public GatewaySettings {
        exposed = List.copyOf(exposed);
        entrypoints = entrypoints.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, entry -> Set.copyOf(entry.getValue())));
        Exposure.of(exposed);
        if (maxRows < 0) {
            throw new IllegalArgumentException("maxRows must not be negative, got " + maxRows);
        }
        if (statementTimeout.toMillis() < 1 || statementTimeout.toMillis() > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("statementTimeout must be 1 ms to 24 days, got " + statementTimeout);
        }
        if (preRequest.filter(name -> !name.matches("[^.]+(\\.[^.]+)?")).isPresent()) {
            throw new IllegalArgumentException("not a function: " + preRequest.get());
        }
    }

    public static GatewaySettings defaults() {
        return new GatewaySettings(
                DEFAULT_EXPOSED,
                TokenSettings.none(),
                Map.of(),
                Optional.empty(),
                false,
                false,
                0,
                DEFAULT_STATEMENT_TIMEOUT,
                TrafficSettings.defaults());
    }

    public GatewaySettings withExposed(List<String> value) {
        return new GatewaySettings(
                value, tokens, entrypoints, preRequest, base64, rollbackAllowed, maxRows, statementTimeout, traffic);
    }

    public GatewaySettings withTokens(TokenSettings value) {
        return new GatewaySettings(
                exposed, value, entrypoints, preRequest, base64, rollbackAllowed, maxRows, statementTimeout, traffic);
    }

    public GatewaySettings withEntrypoints(Map<String, Set<String>> value) {
        return new GatewaySettings(
                exposed, tokens, value, preRequest, base64, rollbackAllowed, maxRows, statementTimeout, traffic);
    }

    public GatewaySettings withPreRequest(Optional<String> value) {
        return new GatewaySettings(
                exposed, tokens, entrypoints, value, base64, rollbackAllowed, maxRows, statementTimeout, traffic);
    }

    public GatewaySettings withBase64(boolean value) {
        return new GatewaySettings(
                exposed, tokens, entrypoints, preRequest, value, rollbackAllowed, maxRows, statementTimeout, traffic);
    }

    public GatewaySettings withRollbackAllowed(boolean value) {
        return new GatewaySettings(
                exposed, tokens, entrypoints, preRequest, base64, value, maxRows, statementTimeout, traffic);
    }

    public GatewaySettings withMaxRows(int value) {
        return new GatewaySettings(
                exposed, tokens, entrypoints, preRequest, base64, rollbackAllowed, value, statementTimeout, traffic);
    }

    public GatewaySettings withStatementTimeout(Duration value) {
        return new GatewaySettings(
                exposed, tokens, entrypoints, preRequest, base64, rollbackAllowed, maxRows, value, traffic);
    }

    public GatewaySettings withTraffic(TrafficSettings value) {
        return new GatewaySettings(
                exposed, tokens, entrypoints, preRequest, base64, rollbackAllowed, maxRows, statementTimeout, value);
    }
}
