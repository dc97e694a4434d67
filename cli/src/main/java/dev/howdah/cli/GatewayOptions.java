package dev.howdah.cli;

import dev.howdah.gateway.AccessLog;
import dev.howdah.gateway.GatewaySettings;
import dev.howdah.gateway.RateLimit;
import dev.howdah.gateway.TokenKeys;
import dev.howdah.gateway.TokenSettings;
import dev.howdah.gateway.TrafficSettings;
import dev.howdah.gateway.TrustedProxies;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;

/** Who may call what over HTTP. */
final class GatewayOptions {

    /** The secret itself is never an argument: every user of the machine can read those. */
    private static final String SECRET = "HOWDAH_JWT_SECRET";

    /** How bytea arguments are written. */
    enum Bytea {
        postgres,
        base64
    }

    /** Which requests are logged. */
    enum Log {
        off,
        errors,
        all
    }

    @Option(
            names = "--expose",
            split = ",",
            paramLabel = "FUNCTION",
            description = "Functions to be called over HTTP, besides fn_pgqueuer_enqueue: "
                    + "name, schema.name, or schema.* for all of a schema.")
    private List<String> exposed = new ArrayList<>();

    @Option(
            names = "--jwt-secret-file",
            paramLabel = "FILE",
            description = "What tokens are signed with: a secret of 32 bytes or more, a JWK or a JWKS. "
                    + "Read again when it changes. Also from the environment: " + SECRET + ".")
    private Optional<Path> secretFile = Optional.empty();

    @Option(names = "--jwks-url", paramLabel = "URL", description = "Where the keys are that tokens are signed with.")
    private Optional<URI> jwks = Optional.empty();

    @Option(
            names = "--jwt-audience",
            paramLabel = "NAME",
            description = "What the aud of a token that has one must contain.")
    private Optional<String> audience = Optional.empty();

    @Option(
            names = "--anon-role",
            paramLabel = "ROLE",
            description = "The role of callers without a token (default: with keys for tokens they are refused).")
    private Optional<String> anonymousRole = Optional.empty();

    @Option(
            names = "--entrypoints",
            paramLabel = "ROLE=NAMES",
            description =
                    "The entrypoints that a role may send jobs to, separated by commas, mail* for all that begin so; "
                            + "*=... for every other role (default: all).")
    private Map<String, String> entrypoints = new HashMap<>();

    @Option(
            names = "--rate-limit",
            paramLabel = "[ROLE=]LIMIT",
            description =
                    "How many requests a role may make from one address: 100/s, 600/m, 1000/h (default: any number).")
    private List<String> rateLimits = new ArrayList<>();

    @Option(
            names = "--pre-request",
            paramLabel = "FUNCTION",
            description = "A function to call in each transaction before the call.")
    private Optional<String> preRequest = Optional.empty();

    @Option(
            names = "--bytea",
            paramLabel = "SYNTAX",
            defaultValue = "postgres",
            description = "How bytea arguments are written: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private Bytea bytea = Bytea.postgres;

    @Option(
            names = "--allow-tx-rollback",
            description = "Let clients ask, by Prefer: tx=rollback, that a call be undone.")
    private boolean rollbackAllowed;

    @Option(
            names = "--max-rows",
            paramLabel = "N",
            defaultValue = "0",
            description = "The most rows in an answer; 0 is no limit (default: ${DEFAULT-VALUE}).")
    private int maxRows;

    @Option(
            names = "--statement-timeout",
            paramLabel = "DURATION",
            description = "After which a call is ended (30s by default).")
    private Duration statementTimeout = GatewaySettings.DEFAULT_STATEMENT_TIMEOUT;

    @Option(
            names = "--max-body",
            paramLabel = "BYTES",
            defaultValue = "" + TrafficSettings.DEFAULT_MAX_BODY_BYTES,
            description = "The largest request body taken; more is answered 413 (default: ${DEFAULT-VALUE}).")
    private int maxBody;

    @Option(
            names = "--max-headers",
            paramLabel = "BYTES",
            defaultValue = "" + TrafficSettings.DEFAULT_MAX_HEADER_BYTES,
            description = "The longest headers taken; more is answered 431 (default: ${DEFAULT-VALUE}).")
    private int maxHeaders;

    @Option(
            names = "--body-timeout",
            paramLabel = "DURATION",
            description = "How long a request's body may take to come; then it is answered 408 (30s by default).")
    private Duration bodyTimeout = TrafficSettings.DEFAULT_BODY_TIMEOUT;

    @Option(
            names = "--cors-origin",
            split = ",",
            paramLabel = "ORIGIN",
            description = "Web pages that may call, as https://app.example (default: none).")
    private List<String> corsOrigins = new ArrayList<>();

    @Option(
            names = "--trusted-proxy",
            split = ",",
            paramLabel = "ADDRESS",
            description = "Proxies whose X-Forwarded-For is believed, as 10.0.0.0/8 (default: none).")
    private List<String> trustedProxies = new ArrayList<>();

    @Option(
            names = "--access-log",
            paramLabel = "WHICH",
            defaultValue = "errors",
            description = "Requests to be logged, without what may be secret in them: ${COMPLETION-CANDIDATES} "
                    + "(default: ${DEFAULT-VALUE}).")
    private Log accessLog = Log.errors;

    /** Wrong values show here. */
    GatewaySettings settings() {
        List<String> all = new ArrayList<>(GatewaySettings.DEFAULT_EXPOSED);
        exposed.stream().filter(function -> !all.contains(function)).forEach(all::add);
        return GatewaySettings.defaults()
                .withExposed(all)
                .withTokens(new TokenSettings(keys(), anonymousRole, audience))
                .withEntrypoints(entrypoints.entrySet().stream()
                        .collect(Collectors.toMap(Map.Entry::getKey, entry -> names(entry.getValue()))))
                .withPreRequest(preRequest)
                .withBase64(bytea == Bytea.base64)
                .withRollbackAllowed(rollbackAllowed)
                .withMaxRows(maxRows)
                .withStatementTimeout(statementTimeout)
                .withTraffic(TrafficSettings.defaults()
                        .withMaxBodyBytes(maxBody)
                        .withMaxHeaderBytes(maxHeaders)
                        .withBodyTimeout(bodyTimeout)
                        .withRateLimits(limits())
                        .withCorsOrigins(corsOrigins)
                        .withTrustedProxies(TrustedProxies.of(trustedProxies))
                        .withAccessLog(AccessLog.valueOf(accessLog.name().toUpperCase(Locale.ROOT))));
    }

    private static Set<String> names(String list) {
        return Arrays.stream(list.split(","))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .collect(Collectors.toSet());
    }

    private Map<String, RateLimit> limits() {
        Map<String, RateLimit> limits = new HashMap<>();
        for (String text : rateLimits) {
            int equals = text.lastIndexOf('=');
            limits.put(equals < 0 ? "*" : text.substring(0, equals), RateLimit.parse(text.substring(equals + 1)));
        }
        return limits;
    }

    private Optional<TokenKeys> keys() {
        Optional<TokenKeys> keys = secretFile
                .map(TokenKeys::in)
                .or(() -> Optional.ofNullable(System.getenv(SECRET))
                        .filter(text -> !text.isBlank())
                        .map(TokenKeys::of));
        if (keys.isPresent() && jwks.isPresent()) {
            throw new IllegalArgumentException("a secret and --jwks-url: name one of them");
        }
        return keys.or(() -> jwks.map(TokenKeys::at));
    }
}
