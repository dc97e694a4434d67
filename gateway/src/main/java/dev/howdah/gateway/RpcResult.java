package dev.howdah.gateway;

import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * What a call gave.
 *
 * @param body null if there is none
 * @param rows how many are in the body
 * @param total how many there are; null if nobody asked
 * @param status what the function chose with {@code response.status}
 * @param headers what it chose with {@code response.headers}
 */
record RpcResult(
        @Nullable String body,
        long rows,
        @Nullable Long total,
        @Nullable String status,
        @Nullable String headers) {

    /** @throws RpcError 403 if the call was not allowed, and so not made */
    static RpcResult of(ResultSet row) throws SQLException {
        if (!row.next() || !row.getBoolean(4)) {
            throw RpcError.notAllowed();
        }
        long total = row.getLong(3);
        return new RpcResult(
                row.getString(1), row.getLong(2), row.wasNull() ? null : total, row.getString(5), row.getString(6));
    }
}
