package dev.howdah.gateway;

import dev.howdah.core.Transactions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * A request's whole transaction, in one round trip: {@code begin}, settings, pre-request function, call and {@code commit}
 * are one message. (The driver would ask for answers in between if a parameter had no type; the transaction is one all the
 * same.) Only a call that may have to be undone, because of what it gives, has its commit sent after it.
 *
 * @param statement the settings, and the call, which is the last of its statements
 * @param exactlyOne whether any other number of rows is an error
 * @param maxRows how many rows there may be; negative is any number
 * @param offset where the rows begin; behind the last of them, if they were counted, is an error
 * @param rollback whether the transaction is to be undone in any case
 */
record RpcCall(SqlText statement, boolean exactlyOne, long maxRows, long offset, boolean rollback) {

    static RpcCall of(SqlText statement) {
        return new RpcCall(statement, false, -1, 0, false);
    }

    RpcResult in(Transactions transactions) {
        boolean mayBeUndone = exactlyOne || maxRows >= 0 || offset > 0 || rollback;
        return mayBeUndone ? transactions.call(this::checked) : transactions.script(this::whole);
    }

    private RpcResult whole(Connection connection) throws SQLException {
        return executed(connection, SqlText.of("begin; ").add(statement).add("; commit"));
    }

    private RpcResult checked(Connection connection) throws SQLException {
        RpcResult result = executed(connection, statement);
        if (exactlyOne && result.rows() != 1) {
            throw RpcError.notOneRow(result.rows());
        }
        if (maxRows >= 0 && result.rows() > maxRows) {
            throw RpcError.tooManyRows(result.rows());
        }
        if (result.total() != null && offset > result.total()) {
            throw RpcError.badRange(
                    "An offset of " + offset + " was requested, but there are only " + result.total() + " rows.");
        }
        if (rollback) {
            connection.rollback();
        }
        return result;
    }

    private static RpcResult executed(Connection connection, SqlText statement) throws SQLException {
        try (PreparedStatement prepared = connection.prepareStatement(statement.sql())) {
            statement.bind(prepared);
            boolean rows = prepared.execute();
            ResultSet last = prepared.getResultSet();
            while (rows || prepared.getUpdateCount() >= 0) {
                last = rows ? prepared.getResultSet() : last;
                rows = prepared.getMoreResults(PreparedStatement.KEEP_CURRENT_RESULT);
            }
            return RpcResult.of(last);
        }
    }
}
