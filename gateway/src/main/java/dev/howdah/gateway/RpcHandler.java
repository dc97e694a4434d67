package dev.howdah.gateway;

import dev.howdah.core.HowdahException;
import dev.howdah.core.Transactions;
import dev.howdah.gateway.Catalogue.Profile;
import dev.howdah.gateway.RpcFunction.Kind;
import dev.howdah.gateway.RpcRequest.Resolved;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers {@code /rpc/FUNCTION}: read, resolve, call, answer. */
final class RpcHandler {

    private static final Logger log = LoggerFactory.getLogger(RpcHandler.class);
    /** No such function, and several such functions: so says PostgreSQL when ours are not those of the catalogue. */
    private static final Set<String> OTHER_FUNCTIONS = Set.of("42883", "42725");

    private final Transactions transactions;
    private final GatewaySettings settings;
    private final RpcCatalogue catalogue;
    private final TimeZones timeZones;
    private final AllowedEntrypoints entrypoints;
    private final Optional<String> preRequest;

    RpcHandler(Transactions transactions, GatewaySettings settings, RpcCatalogue catalogue) {
        this.transactions = transactions;
        this.settings = settings;
        this.catalogue = catalogue;
        this.timeZones = new TimeZones(transactions);
        this.entrypoints = new AllowedEntrypoints(settings.entrypoints());
        this.preRequest = settings.preRequest().map(RpcHandler::quoted);
    }

    private static String quoted(String function) {
        int dot = function.indexOf('.');
        return dot < 0
                ? SqlText.quoted(function)
                : SqlText.quoted(function.substring(0, dot)) + "." + SqlText.quoted(function.substring(dot + 1));
    }

    /** Says which methods a function can be called with. */
    void allow(Context request) {
        String name = request.pathParam("function");
        Profile profile = catalogue.current().profile(request.header("Accept-Profile"));
        List<RpcFunction> overloads = profile.overloads(name);
        if (overloads.isEmpty()) {
            throw RpcError.noFunction(profile.name(), name, Set.of(), overloads);
        }
        boolean mayWrite = overloads.stream().anyMatch(RpcFunction::mayWrite);
        request.header("Allow", mayWrite ? "OPTIONS,POST" : "OPTIONS,GET,HEAD,POST");
    }

    void call(Context request, Caller caller) {
        boolean post = request.method() == HandlerType.POST;
        String profile = request.header(post ? "Content-Profile" : "Accept-Profile");
        Preferences preferences = Preferences.of(
                Collections.list(request.req().getHeaders("Prefer")), settings.rollbackAllowed(), timeZones::has);
        RpcRequest rpc = RpcRequest.read(request, settings.traffic());
        Catalogue known = catalogue.current();
        Resolved resolved;
        try {
            resolved = rpc.resolve(known.profile(profile));
        } catch (RpcError e) {
            if (e.status() != 404 && e.status() != 300) {
                throw e;
            }
            known = catalogue.rereadIfOlderThan(known);
            resolved = rpc.resolve(known.profile(profile));
        }
        try {
            call(request, caller, rpc.query(), resolved, known, profile, preferences);
        } catch (HowdahException e) {
            if (e.sqlState().filter(OTHER_FUNCTIONS::contains).isEmpty()) {
                throw e;
            }
            Catalogue now = catalogue.reread();
            Resolved again = rpc.resolve(now.profile(profile));
            if (again.function().equals(resolved.function())) {
                throw e;
            }
            call(request, caller, rpc.query(), again, now, profile, preferences); // of the first call nothing is left
        }
    }

    private void call(
            Context request,
            Caller caller,
            QueryParameters query,
            Resolved resolved,
            Catalogue known,
            @Nullable String profileName,
            Preferences preferences) {
        RpcFunction function = resolved.function();
        Profile profile = known.profile(profileName);
        boolean post = request.method() == HandlerType.POST;
        boolean base64 = preferences.base64() == null ? settings.base64() : preferences.base64();
        MediaType type = MediaType.wanted(Collections.list(request.req().getHeaders("Accept")), false);
        RowRange range =
                RowRange.of(query, post ? null : request.header("Range")).atMost(settings.maxRows());
        RowQuery rows = RowQuery.of(function.name(), columns(function), query, resolved.filters());
        RpcStatement statement = new RpcStatement(function, resolved.arguments(), base64, entrypoints, caller.role());
        boolean value = !function.givesRows() && rows.isPlain() && type != MediaType.CSV && !type.withoutNulls()
                || function.result().kind() == Kind.VOID;
        RequestSettings before = RequestSettings.of(
                        request, caller, profile.searchPath(), !post || !function.mayWrite(), base64)
                .in(preferences.timeZone());
        RpcResult result = new RpcCall(
                        before.sql(settings.statementTimeout(), preRequest)
                                .add(
                                        value
                                                ? statement.value()
                                                : statement.rows(rows, range, type, preferences.count())),
                        type.isObject() && !value,
                        value ? -1 : preferences.maxAffected(),
                        preferences.count() && !value ? range.offset() : 0,
                        preferences.rollback())
                .in(transactions);
        answer(request, function, type, range, preferences, result, known.hasSeveralProfiles() ? profile : null);
    }

    private static List<RpcFunction.Column> columns(RpcFunction function) {
        return function.result().kind() == Kind.ROW
                ? function.result().columns()
                : List.of(new RpcFunction.Column(RpcStatement.SCALAR, ""));
    }

    private static void answer(
            Context request,
            RpcFunction function,
            MediaType type,
            RowRange range,
            Preferences preferences,
            RpcResult result,
            @Nullable Profile profile) {
        List<Map.Entry<String, String>> chosen = ResponseChoice.headers(result.headers());
        boolean isVoid = function.result().kind() == Kind.VOID;
        Long total = preferences.count() ? result.total() : null;
        boolean part = total != null && result.rows() < total && function.givesRows();
        int status = ResponseChoice.status(result.status(), isVoid ? 204 : part ? 206 : 200);
        request.status(status);
        request.header("Content-Range", range.contentRange(result.rows(), total));
        request.res().addHeader("Vary", "Accept, Prefer, Range"); // who checks origins has its own
        if (profile != null) {
            request.header("Content-Profile", profile.name());
        }
        if (!preferences.applied().isEmpty()) {
            request.header("Preference-Applied", preferences.applied());
        }
        request.res().setContentType(isVoid ? null : type.header());
        Set<String> set = new HashSet<>();
        for (Map.Entry<String, String> header : chosen) {
            if (set.add(header.getKey().toLowerCase(java.util.Locale.ROOT))) {
                request.res().setHeader(header.getKey(), header.getValue());
            } else {
                request.res().addHeader(header.getKey(), header.getValue());
            }
        }
        if (!isVoid && status != 204 && status != 304) {
            write(request, result.body() == null ? "null" : result.body());
        }
    }

    /** Past Javalin, which would allocate 32 KiB for each answer to copy it with. */
    private static void write(Context request, String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        request.res().setContentLength(bytes.length);
        try {
            request.res().getOutputStream().write(bytes);
        } catch (IOException e) {
            log.debug("{} {}: gone before the answer: {}", request.method(), request.path(), e.toString());
        }
    }
}
