package dev.howdah.gateway;

import io.javalin.http.Context;
import java.net.URI;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A gateway on loopback asks for no token, so it must not answer to web pages: neither to one from elsewhere (its Origin
 * says so), unless it is one of those that may, nor to one that gave this address a name of its own (the Host says so).
 */
record LoopbackGuard(List<String> corsOrigins) {

    private static final Pattern LOOPBACK = Pattern.compile("(?i)localhost|127(\\.\\d{1,3}){3}|\\[::1]");

    void check(Context request) {
        String origin = request.header("Origin");
        if (origin != null && !isLoopback(origin) && !corsOrigins.contains(origin)) {
            throw RpcError.forbidden("Requests from web pages of " + origin + " are not answered");
        }
        String host = request.header("Host");
        if (host != null && !isLoopback("http://" + host)) {
            throw RpcError.forbidden("Only requests to localhost are answered, not to " + host);
        }
    }

    private static boolean isLoopback(String url) {
        try {
            @Nullable String host = URI.create(url).getHost();
            return host != null && LOOPBACK.matcher(host).matches();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
