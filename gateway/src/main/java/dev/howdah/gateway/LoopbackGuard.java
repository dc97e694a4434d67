package dev.howdah.gateway;

import io.javalin.http.Context;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A gateway on loopback asks for no token, so it must not answer to web pages: neither to one from elsewhere (its Origin
 * says so), unless it is one of those that may, nor to one that gave this address a name of its own (the Host says so).
 */
record LoopbackGuard(List<String> corsOrigins) {

    private static final String NAMES = "(localhost|127(\\.\\d{1,3}){3}|\\[::1])(:\\d{1,5})?";
    private static final Pattern LOOPBACK = Pattern.compile("(?i)" + NAMES);
    private static final Pattern LOOPBACK_ORIGIN = Pattern.compile("(?i)https?://" + NAMES);

    void check(Context request) {
        String origin = request.header("Origin");
        if (origin != null && !LOOPBACK_ORIGIN.matcher(origin).matches() && !corsOrigins.contains(origin)) {
            throw RpcError.forbidden("Requests from web pages of " + origin + " are not answered");
        }
        String host = request.header("Host");
        if (host != null && !LOOPBACK.matcher(host).matches()) {
            throw RpcError.forbidden("Only requests to localhost are answered, not to " + host);
        }
    }
}
