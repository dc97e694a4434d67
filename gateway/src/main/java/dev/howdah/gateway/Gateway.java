package dev.howdah.gateway;

import dev.howdah.core.HowdahException;
import dev.howdah.core.Transactions;
import dev.howdah.core.Wakeups;
import io.javalin.compression.CompressionStrategy;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.http.HttpResponseException;
import io.javalin.router.Endpoint;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.eclipse.jetty.server.handler.CrossOriginHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The door for HTTP. {@code /rpc/FUNCTION} is a call: a transaction of its own, in the caller's role, committed before the
 * answer is sent. An answer that never arrives says nothing about whether the call took place: a dedupe key makes repeating
 * safe. {@code /} describes the functions, {@code /live} says that the server runs, {@code /ready} that it can answer calls.
 */
public final class Gateway {

    private static final Logger log = LoggerFactory.getLogger(Gateway.class);
    private static final String PATH = "/rpc/{function}";
    private static final Set<String> HEALTH = Set.of("/live", "/ready");
    private static final String CALLER = "howdah.caller";
    private static final List<String> READABLE_HEADERS = List.of(
            "Content-Location",
            "Content-Profile",
            "Content-Range",
            "Location",
            "Preference-Applied",
            "Range-Unit",
            "Retry-After",
            "WWW-Authenticate");

    private final GatewaySettings settings;
    private final RpcCatalogue catalogue;
    private final Callers callers;
    private final RateLimits limits;
    private final RpcHandler calls;
    private final OpenApi openApi;

    /** @param dataSource whose connections nobody else uses: a function may leave settings on them */
    public Gateway(DataSource dataSource, GatewaySettings settings) {
        Transactions transactions = Transactions.over(dataSource);
        this.settings = settings;
        this.catalogue = new RpcCatalogue(transactions, Exposure.of(settings.exposed()));
        this.callers = new Callers(settings.tokens(), Clock.systemUTC());
        this.limits = new RateLimits(settings.traffic().rateLimits());
        this.calls = new RpcHandler(transactions, settings, catalogue);
        this.openApi = new OpenApi(transactions, settings, catalogue);
    }

    /** Learns of new functions at once when somebody says {@code NOTIFY pgrst}; else within a second. */
    public Wakeups.Listening listen(Wakeups wakeups) {
        return wakeups.listen("pgrst", payload -> catalogue.forget());
    }

    /** Adds its routes to those of an HTTP server, and answers there for whatever has no route or is no request. */
    public void register(JavalinConfig http) {
        http.jetty.modifyServer(jetty -> {
            jetty.setErrorHandler(new HttpErrors());
            jetty.insertHandler(new MethodAsSent());
            if (!settings.traffic().corsOrigins().isEmpty()) {
                jetty.insertHandler(crossOrigin());
            }
        });
        http.router.ignoreTrailingSlashes = false;
        http.http.compressionStrategy = CompressionStrategy.NONE; // answers are short: looking whether to is what costs
        http.jetty.modifyHttpConfiguration(
                connection -> connection.setRequestHeaderSize(settings.traffic().maxHeaderBytes()));
        http.routes.before(this::guard);
        route(http, HandlerType.GET, "/live", request -> {});
        route(http, HandlerType.GET, "/ready", request -> catalogue.check());
        route(http, HandlerType.GET, "/", request -> openApi.describe(request, caller(request)));
        route(http, HandlerType.OPTIONS, PATH, calls::allow);
        route(http, HandlerType.POST, PATH, request -> calls.call(request, caller(request)));
        route(http, HandlerType.GET, PATH, request -> calls.call(request, caller(request)));
        http.routes.exception(RpcError.class, (error, request) -> answer(request, error));
        http.routes.exception(HttpResponseException.class, (error, request) -> answer(request, noRoute(request)));
        http.routes.exception(HowdahException.class, (error, request) -> {
            if (error.getCause() instanceof SQLException sql) {
                answer(request, RpcError.of(sql, isAnonymous(request)));
            } else {
                unexpected(error, request);
            }
        });
        http.routes.exception(Exception.class, this::unexpected);
        http.requestLogger.http((request, millis) -> log(request, millis));
    }

    private static void route(JavalinConfig http, HandlerType method, String path, io.javalin.http.Handler handler) {
        http.routes.addEndpoint(Endpoint.create(method, path).handler(handler));
        if (method == HandlerType.GET) {
            http.routes.addEndpoint(Endpoint.create(HandlerType.HEAD, path).handler(handler));
        }
    }

    private CrossOriginHandler crossOrigin() {
        CrossOriginHandler handler = new CrossOriginHandler();
        handler.setAllowedOriginPatterns(
                settings.traffic().corsOrigins().stream().map(Pattern::quote).collect(Collectors.toSet()));
        handler.setAllowedMethods(Set.of("GET", "POST", "HEAD", "OPTIONS"));
        handler.setAllowedHeaders(Set.of("*", "Authorization")); // which * does not stand for
        handler.setExposedHeaders(Set.copyOf(READABLE_HEADERS));
        handler.setPreflightMaxAge(java.time.Duration.ofDays(1));
        return handler;
    }

    private void guard(Context request) {
        if (HEALTH.contains(request.path())) {
            return;
        }
        settings.traffic().trustedProxies().check(request);
        if (callers.asksNobody()) {
            new LoopbackGuard(settings.traffic().corsOrigins()).check(request);
        }
    }

    /** Who makes the request; counted, whether it may or not. */
    private Caller caller(Context request) {
        String client = settings.traffic().trustedProxies().clientOf(request);
        Caller caller;
        try {
            caller = callers.of(request.header("Authorization"));
        } catch (RpcError refused) {
            limits.count(null, client);
            throw refused;
        }
        request.attribute(CALLER, caller);
        limits.count(caller.role(), client);
        return caller;
    }

    private static boolean isAnonymous(Context request) {
        Caller caller = request.attribute(CALLER);
        return caller != null && caller.anonymous();
    }

    private void log(Context request, double millis) {
        if (settings.traffic().accessLog().wants(request.statusCode()) && !HEALTH.contains(request.path())) {
            Caller caller = request.attribute(CALLER);
            String client = settings.traffic().trustedProxies().clientOf(request);
            settings.traffic().accessLog().write(request, client, caller == null ? null : caller.role(), millis);
        }
    }

    private static RpcError noRoute(Context request) {
        String path = request.path();
        if (path.equals("/") || HEALTH.contains(path)) {
            return RpcError.badMethod(request.req().getMethod(), path);
        }
        return path.matches("/rpc/[^/]+") ? RpcError.badMethod(request.req().getMethod(), "RPC") : RpcError.badPath();
    }

    private static void answer(Context request, RpcError error) {
        error.headers().forEach(request::header);
        request.status(error.status()).contentType(RpcError.CONTENT_TYPE);
        RequestBody.refuse(request, error.json());
    }

    private void unexpected(Exception error, Context request) {
        log.error("{} {} failed", request.method(), request.path(), error);
        answer(request, RpcError.internal());
    }
}
