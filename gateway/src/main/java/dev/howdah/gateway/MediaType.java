package dev.howdah.gateway;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** How a result can be written. */
enum MediaType {
    JSON("application/json; charset=utf-8"),
    CSV("text/csv; charset=utf-8"),
    /** Exactly one row, as an object. */
    OBJECT("application/vnd.pgrst.object+json; charset=utf-8"),
    OBJECT_WITHOUT_NULLS("application/vnd.pgrst.object+json; nulls=stripped; charset=utf-8"),
    ARRAY_WITHOUT_NULLS("application/vnd.pgrst.array+json; nulls=stripped; charset=utf-8"),
    OPEN_API("application/openapi+json; charset=utf-8");

    private static final List<String> ANYTHING = List.of("*/*");

    private final String header;

    MediaType(String header) {
        this.header = header;
    }

    String header() {
        return header;
    }

    boolean isObject() {
        return this == OBJECT || this == OBJECT_WITHOUT_NULLS;
    }

    boolean withoutNulls() {
        return this == OBJECT_WITHOUT_NULLS || this == ARRAY_WITHOUT_NULLS;
    }

    /** A type that a client takes, and how gladly. */
    private record Range(String type, boolean nullsStripped, double quality) {

        static Range of(String text) {
            String[] parts = text.split(";");
            double quality = 1;
            boolean stripped = false;
            for (int i = 1; i < parts.length; i++) {
                String parameter = parts[i].strip().toLowerCase(Locale.ROOT);
                stripped |= parameter.equals("nulls=stripped");
                if (parameter.matches("q=[01](\\.\\d{0,3})?")) {
                    quality = Double.parseDouble(parameter.substring(2));
                }
            }
            return new Range(parts[0].strip().toLowerCase(Locale.ROOT), stripped, quality);
        }
    }

    /**
     * What of it a client wants most.
     *
     * @param root whether it is the description of the functions, not a result, that is asked for
     * @throws RpcError 406 PGRST107 if it takes nothing that there is
     */
    static MediaType wanted(List<String> accept, boolean root) {
        if (!root && (accept.isEmpty() || accept.equals(ANYTHING))) {
            return JSON;
        }
        List<Range> ranges = new ArrayList<>();
        for (String header : accept) {
            for (String item : header.split(",")) {
                if (!item.isBlank()) {
                    ranges.add(Range.of(item));
                }
            }
        }
        if (ranges.isEmpty()) {
            return root ? OPEN_API : JSON;
        }
        ranges.sort(Comparator.comparingDouble(Range::quality).reversed());
        for (Range range : ranges) {
            MediaType type = range.quality() == 0 ? null : root ? ofRoot(range) : ofResult(range);
            if (type != null) {
                return type;
            }
        }
        throw RpcError.noMediaType(accept);
    }

    private static @org.jspecify.annotations.Nullable MediaType ofRoot(Range range) {
        return switch (range.type()) {
            case "*/*", "application/*", "application/openapi+json" -> OPEN_API;
            case "application/json" -> JSON;
            default -> null;
        };
    }

    private static @org.jspecify.annotations.Nullable MediaType ofResult(Range range) {
        return switch (range.type()) {
            case "*/*", "application/*", "application/json" -> JSON;
            case "application/vnd.pgrst.array", "application/vnd.pgrst.array+json" ->
                range.nullsStripped() ? ARRAY_WITHOUT_NULLS : JSON;
            case "application/vnd.pgrst.object", "application/vnd.pgrst.object+json" ->
                range.nullsStripped() ? OBJECT_WITHOUT_NULLS : OBJECT;
            case "text/csv" -> CSV;
            default -> null;
        };
    }
}
