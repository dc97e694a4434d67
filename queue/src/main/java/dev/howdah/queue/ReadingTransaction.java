package dev.howdah.queue;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The transactions of one lane, one after the other on a connection that is kept while there is something to do: messages
 * are taken, handled and settled in it. One round trip commits one and takes the next one's messages. Used by one thread
 * at a time.
 */
final class ReadingTransaction {

    private static final Logger log = LoggerFactory.getLogger(ReadingTransaction.class);

    private final DataSource dataSource;
    private final OwnFunctions functions;
    private final MessageFilter filter;
    private @Nullable Connection connection;
    private boolean autoCommit;
    private volatile @Nullable Message handled;
    /** Whether a handler has asked for the connection, so that what was done on it is not to be lost once committed. */
    private boolean used;

    private boolean savepoint;
    /** Whether the savepoint is where the transaction is now, for the message that is handled. */
    private boolean savepointIsNow;

    ReadingTransaction(DataSource dataSource, OwnFunctions functions, MessageFilter filter) {
        this.dataSource = dataSource;
        this.functions = functions;
        this.filter = filter;
    }

    /** Begins, and takes messages. */
    List<StoredMessage> take(int most) throws SQLException {
        Connection c = open();
        begun();
        return take(c, QueueSql.READ_COMMITTED, most);
    }

    /** Commits, begins anew, and takes messages. */
    List<StoredMessage> commitAndTake(int most) throws SQLException {
        Connection c = open();
        String commit = (used ? "" : QueueSql.SOON) + QueueSql.COMMIT + QueueSql.AND_BEGIN;
        begun();
        return take(c, commit, most);
    }

    private void begun() {
        used = false;
        savepoint = false;
        savepointIsNow = false;
    }

    private List<StoredMessage> take(Connection c, String before, int most) throws SQLException {
        try (PreparedStatement statement = c.prepareStatement(before + QueueSql.take(functions.number(c)))) {
            QueueReader.bind(statement, most, filter);
            boolean isResult = statement.execute();
            while (!isResult) {
                isResult = statement.getMoreResults();
            }
            try (ResultSet rows = statement.getResultSet()) {
                return StoredMessage.taken(rows);
            }
        }
    }

    void commit() throws SQLException {
        execute(used ? QueueSql.COMMIT : QueueSql.SOON + QueueSql.COMMIT);
    }

    void rollback() throws SQLException {
        open().rollback();
    }

    /** Sends the messages back that are not done. */
    void settle(Settlement settlement) throws SQLException {
        if (!settlement.isEmpty()) {
            try (PreparedStatement statement = open().prepareStatement(QueueSql.SETTLE)) {
                settlement.bind(statement, functions.name());
                statement.execute();
            }
        }
    }

    /** The message that is handled from now on; the last one's connection is good for nothing any more. */
    Message message(StoredMessage stored) {
        Message message = new Message(stored, this::connectionFor);
        handled = message;
        return message;
    }

    void ended() {
        handled = null;
    }

    /** A savepoint costs a round trip, so it is set only for a handler that asks for the connection. */
    private Connection connectionFor(Message message) throws SQLException {
        Connection c = connection;
        if (handled != message || c == null) {
            throw new SQLException(
                    "message " + message.id() + " is handled, its connection is no longer its handler's");
        }
        if (!savepointIsNow) {
            execute(savepoint ? QueueSql.NEXT_SAVEPOINT : QueueSql.SAVEPOINT);
            savepoint = true;
            savepointIsNow = true;
        }
        used = true;
        return MessageConnection.of(c, () -> handled != message);
    }

    /** The message is done: what its handler did stays. @return false if it left the transaction broken */
    boolean keep() throws SQLException {
        if (savepointIsNow && state() == TransactionState.FAILED) {
            return false;
        }
        savepointIsNow = false;
        return true;
    }

    /** Undoes what the message's handler did. */
    void undo() throws SQLException {
        if (savepointIsNow) {
            execute(QueueSql.UNDO); // the savepoint stays, good for the next message
        }
    }

    private TransactionState state() throws SQLException {
        return open().unwrap(BaseConnection.class).getTransactionState();
    }

    /** Gives the connection back, as it came, until there is something to do again. */
    void rest() {
        try (Connection c = connection) {
            connection = null;
            if (c != null && !c.isClosed()) {
                c.setAutoCommit(autoCommit);
            }
        } catch (SQLException e) {
            log.debug("a connection was gone before it was given back", e);
        }
    }

    /** Ends the connection, whatever its state: what was taken comes again. */
    void cut() {
        handled = null;
        try (Connection c = connection) {
            connection = null;
            if (c != null) {
                c.abort(Runnable::run);
            }
        } catch (SQLException e) {
            log.debug("a connection was gone before it was cut", e);
        }
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = open().createStatement()) {
            statement.execute(sql);
        }
    }

    private Connection open() throws SQLException {
        Connection c = connection;
        if (c == null) {
            c = dataSource.getConnection();
            connection = c;
            autoCommit = c.getAutoCommit();
            c.setAutoCommit(false);
        }
        return c;
    }
}
