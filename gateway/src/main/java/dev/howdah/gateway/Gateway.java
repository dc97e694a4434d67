package dev.howdah.gateway;

import dev.howdah.core.HowdahException;
import dev.howdah.core.Transactions;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.http.HttpResponseException;
import io.javalin.router.Endpoint;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.ObjectMapper;

/**
 * Answers {@code /rpc/FUNCTION}: each call is one statement in a transaction of its own, committed before the answer is
 * sent. An answer that never arrives says nothing about whether the call took place: a dedupe key makes repeating safe.
 */
public final class Gateway {

    private static final Logger log = LoggerFactory.getLogger(Gateway.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String METHODS = "OPTIONS,GET,HEAD,POST";
    private static final List<HandlerType> ALL_METHODS = List.of(
            HandlerType.GET,
            HandlerType.HEAD,
            HandlerType.POST,
            HandlerType.OPTIONS,
            HandlerType.PUT,
            HandlerType.PATCH,
            HandlerType.DELETE,
            HandlerType.TRACE);

    private final Transactions transactions;
    private final GatewaySettings settings;
    private final RpcCatalogue catalogue;

    public Gateway(DataSource dataSource, GatewaySettings settings) {
        this.transactions = Transactions.over(dataSource);
        this.settings = settings;
        this.catalogue = new RpcCatalogue(transactions, settings.exposed());
    }

    /** Adds its routes to those of an HTTP server, and answers there for whatever has no route. */
    public void register(RoutesConfig routes) {
        for (HandlerType method : ALL_METHODS) {
            routes.addEndpoint(Endpoint.create(method, "/rpc/{function}").handler(this::handle));
        }
        routes.exception(RpcError.class, (error, request) -> answer(request, error));
        routes.exception(HttpResponseException.class, (error, request) -> answer(request, RpcError.badPath()));
        routes.exception(HowdahException.class, (error, request) -> {
            if (error.getCause() instanceof SQLException sql) {
                answer(request, RpcError.of(sql));
            } else {
                unexpected(error, request);
            }
        });
        routes.exception(Exception.class, Gateway::unexpected);
    }

    private void handle(Context request) {
        LoopbackGuard.check(request);
        HandlerType method = request.method();
        if (method == HandlerType.OPTIONS) {
            request.header("Allow", METHODS);
        } else if (method == HandlerType.POST) {
            answer(request, call(request));
        } else if (method == HandlerType.GET || method == HandlerType.HEAD) {
            answer(request, callReadOnly(request));
        } else {
            throw RpcError.badMethod(method.name());
        }
    }

    private String call(Context request) {
        RpcArguments arguments = RpcArguments.of(request, settings.maxBodyBytes());
        RpcFunction function = catalogue.find(request.pathParam("function"), arguments.names());
        return transactions.statement(connection -> call(connection, function, arguments));
    }

    /** A GET changes nothing: PostgreSQL refuses it if it tries. */
    private String callReadOnly(Context request) {
        RpcArguments arguments = RpcArguments.of(request, settings.maxBodyBytes());
        RpcFunction function = catalogue.find(request.pathParam("function"), arguments.names());
        return transactions.call(connection -> {
            try (Statement statement = connection.createStatement()) {
                statement.execute("set transaction read only");
            }
            return call(connection, function, arguments);
        });
    }

    private static String call(Connection connection, RpcFunction function, RpcArguments arguments)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(function.call(arguments.names()))) {
            statement.setString(1, arguments.json());
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                String json = row.getString(1);
                return json == null ? "null" : json;
            }
        }
    }

    private static void answer(Context request, RpcError error) {
        if (error.status() == 503 || error.status() == 504) {
            request.header("Retry-After", "1");
        }
        answer(request.status(error.status()), JSON.writeValueAsString(error.body()));
    }

    private static void answer(Context request, String json) {
        request.contentType("application/json; charset=utf-8").result(json);
    }

    private static void unexpected(Exception error, Context request) {
        log.error("{} {} failed", request.method(), request.path(), error);
        answer(request, RpcError.internal());
    }
}
