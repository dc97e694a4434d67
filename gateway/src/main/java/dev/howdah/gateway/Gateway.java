package dev.howdah.gateway;

import dev.howdah.core.HowdahException;
import dev.howdah.core.Transactions;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.http.HttpResponseException;
import io.javalin.router.Endpoint;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers {@code /rpc/FUNCTION}: each call is one statement in a transaction of its own, committed before the answer is
 * sent. An answer that never arrives says nothing about whether the call took place: a dedupe key makes repeating safe.
 */
public final class Gateway {

    private static final Logger log = LoggerFactory.getLogger(Gateway.class);
    private static final String PATH = "/rpc/{function}";
    /** No such function, and several such functions: so says PostgreSQL when ours are not those of the catalogue. */
    private static final Set<String> OTHER_FUNCTIONS = Set.of("42883", "42725");

    private final Transactions transactions;
    private final GatewaySettings settings;
    private final RpcCatalogue catalogue;

    public Gateway(DataSource dataSource, GatewaySettings settings) {
        this.transactions = Transactions.over(dataSource);
        this.settings = settings;
        this.catalogue = new RpcCatalogue(transactions, settings.exposed());
    }

    /** Adds its routes to those of an HTTP server, and answers there for whatever has no route or is no request. */
    public void register(JavalinConfig http) {
        http.jetty.modifyServer(jetty -> jetty.setErrorHandler(new HttpErrors()));
        http.routes.before(LoopbackGuard::check);
        http.routes.addEndpoint(Endpoint.create(HandlerType.OPTIONS, PATH).handler(this::allow));
        http.routes.addEndpoint(Endpoint.create(HandlerType.POST, PATH).handler(this::call));
        http.routes.addEndpoint(Endpoint.create(HandlerType.GET, PATH).handler(this::call));
        http.routes.addEndpoint(Endpoint.create(HandlerType.HEAD, PATH).handler(this::call));
        http.routes.exception(RpcError.class, (error, request) -> answer(request, error));
        http.routes.exception(HttpResponseException.class, (error, request) -> answer(request, noRoute(request)));
        http.routes.exception(HowdahException.class, (error, request) -> {
            if (error.getCause() instanceof SQLException sql) {
                answer(request, RpcError.of(sql));
            } else {
                unexpected(error, request);
            }
        });
        http.routes.exception(Exception.class, this::unexpected);
    }

    private void allow(Context request) {
        boolean mayWrite =
                catalogue.find(request.pathParam("function")).stream().anyMatch(RpcFunction::mayWrite);
        request.header("Allow", mayWrite ? "OPTIONS,POST" : "OPTIONS,GET,HEAD,POST");
    }

    private void call(Context request) {
        String name = request.pathParam("function");
        boolean post = request.method() == HandlerType.POST;
        RpcArguments arguments = RpcArguments.of(request, settings.maxBodyBytes());
        RpcFunction function = catalogue.find(name, arguments.names());
        try {
            answer(request, call(function, arguments, post));
        } catch (HowdahException e) {
            if (e.sqlState().filter(OTHER_FUNCTIONS::contains).isEmpty()) {
                throw e;
            }
            catalogue.forget(name);
            RpcFunction now = catalogue.find(name, arguments.names());
            if (now.equals(function)) {
                throw e;
            }
            answer(request, call(now, arguments, post)); // of the first call nothing is left
        }
    }

    private String call(RpcFunction function, RpcArguments arguments, boolean post) {
        RpcCall call = new RpcCall(function, arguments);
        return post && function.mayWrite() ? transactions.statement(call) : readOnly(call);
    }

    /** Changes nothing: PostgreSQL refuses it if it tries. */
    private String readOnly(RpcCall call) {
        return transactions.call(connection -> {
            try (Statement statement = connection.createStatement()) {
                statement.execute("set transaction read only");
            }
            return call.on(connection);
        });
    }

    private static RpcError noRoute(Context request) {
        boolean function = request.path().matches("/rpc/[^/]+");
        return function ? RpcError.badMethod(request.req().getMethod()) : RpcError.badPath();
    }

    private void answer(Context request, RpcError error) {
        if (error.status() == 503 || error.status() == 504) {
            request.header("Retry-After", "1");
        }
        request.status(error.status()).contentType(RpcError.CONTENT_TYPE);
        RequestBody.refuse(request, error.json());
    }

    private static void answer(Context request, String json) {
        request.contentType(RpcError.CONTENT_TYPE).result(json);
    }

    private void unexpected(Exception error, Context request) {
        log.error("{} {} failed", request.method(), request.path(), error);
        answer(request, RpcError.internal());
    }
}
