package dev.howdah.gateway;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which of the rows are wanted, by their place.
 *
 * @param limit how many at most; negative is all of them
 */
record RowRange(long offset, long limit) {

    static final RowRange ALL = new RowRange(0, -1);

    private static final Pattern HEADER = Pattern.compile("(?:items=)?(\\d{1,18})-(\\d{1,18})?");

    /**
     * What the query says, within what the header says.
     *
     * @param header {@code Range: 0-9} or {@code 10-}; anything else is passed over, as ranges are in HTTP
     * @throws RpcError 416 for what can't be a range, 400 for what is no number
     */
    static RowRange of(QueryParameters query, @Nullable String header) {
        RowRange range =
                new RowRange(number(query.last("offset"), 0, "Offset"), number(query.last("limit"), -1, "Limit"));
        if (header == null) {
            return range;
        }
        Matcher matcher = HEADER.matcher(header.strip());
        if (!matcher.matches()) {
            return range;
        }
        long first = Long.parseLong(matcher.group(1));
        long last = matcher.group(2) == null ? Long.MAX_VALUE : Long.parseLong(matcher.group(2));
        if (last < first) {
            throw RpcError.badRange(
                    "The lower boundary must be lower than or equal to the upper boundary in the Range header.");
        }
        return range.within(first, last);
    }

    private RowRange within(long first, long last) {
        long from = Math.max(offset, first);
        long to = limit < 0 || offset > Long.MAX_VALUE - limit ? Long.MAX_VALUE : offset + limit;
        long end = Math.min(to, last == Long.MAX_VALUE ? last : last + 1);
        return new RowRange(from, end == Long.MAX_VALUE ? -1 : Math.max(0, end - from));
    }

    private static long number(@Nullable String value, long otherwise, String what) {
        if (value == null || value.isEmpty()) {
            return otherwise;
        }
        if (value.matches("-\\d+")) {
            throw RpcError.badRange(what + " should be greater than or equal to zero.");
        }
        if (!value.matches("\\d{1,18}")) {
            throw RpcError.badQuery(what.toLowerCase(java.util.Locale.ROOT), value);
        }
        return Long.parseLong(value);
    }

    RowRange atMost(int rows) {
        return rows == 0 || limit >= 0 && limit <= rows ? this : new RowRange(offset, rows);
    }

    SqlText sql() {
        SqlText sql = new SqlText();
        if (limit >= 0) {
            sql.add(" limit ").text(Long.toString(limit)).add("::bigint");
        }
        if (offset > 0) {
            sql.add(" offset ").text(Long.toString(offset)).add("::bigint");
        }
        return sql;
    }

    /** {@code 0-9/100}, where the number of all rows is known; {@code *} stands for what is not. */
    String contentRange(long rows, @Nullable Long total) {
        String which = rows == 0 ? "*" : offset + "-" + (offset + rows - 1);
        return which + "/" + (total == null ? "*" : total);
    }
}
