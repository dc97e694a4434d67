package dev.howdah.gateway;

import java.net.URLDecoder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code name=value&…}, as a query or a form has it, decoded. */
record QueryParameters(List<Pair> pairs) {

    /** Each byte one character: for text that is decoded to bytes first, and to characters when it is complete. */
    private static final Charset BYTES = StandardCharsets.ISO_8859_1;

    private static final QueryParameters NONE = new QueryParameters(List.of());

    record Pair(String name, String value) {}

    static QueryParameters of(@Nullable String query) {
        return query == null ? NONE : of(query.getBytes(StandardCharsets.UTF_8));
    }

    /** @throws RpcError 400 for what is not URL-encoded UTF-8 */
    static QueryParameters of(byte[] encoded) {
        List<Pair> pairs = new ArrayList<>();
        for (String pair : new String(encoded, BYTES).split("&")) {
            if (!pair.isEmpty()) {
                int equals = pair.indexOf('=');
                String name = equals < 0 ? pair : pair.substring(0, equals);
                pairs.add(new Pair(decoded(name), equals < 0 ? "" : decoded(pair.substring(equals + 1))));
            }
        }
        return new QueryParameters(pairs);
    }

    /** The last one of that name. */
    @Nullable String last(String name) {
        String last = null;
        for (Pair pair : pairs) {
            if (pair.name().equals(name)) {
                last = pair.value();
            }
        }
        return last;
    }

    private static String decoded(String encoded) {
        try {
            return RequestBody.utf8(URLDecoder.decode(encoded, BYTES).getBytes(BYTES));
        } catch (IllegalArgumentException e) {
            throw RpcError.badBody("Not URL-encoded: " + encoded);
        }
    }
}
