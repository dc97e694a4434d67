package dev.howdah.queue;

import dev.howdah.core.Duty;
import dev.howdah.core.SqlErrors;
import dev.howdah.core.Statements;
import dev.howdah.core.Transactions;
import dev.howdah.core.Wakeups;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import javax.sql.DataSource;

/** The door to the queues of one database: each message is read by one reader, in that one's own transaction. */
public final class Queues {

    private final DataSource dataSource;
    private final DataSource direct;
    private final Transactions transactions;
    private final Statements statements;
    private final Wakeups wakeups;

    private Queues(DataSource dataSource, DataSource direct, Wakeups wakeups) {
        this.dataSource = dataSource;
        this.direct = direct;
        this.transactions = Transactions.over(dataSource);
        this.statements = new Statements(transactions);
        this.wakeups = wakeups;
    }

    /** @param direct connections that are kept, where {@code dataSource} is a pooler's */
    public static Queues over(DataSource dataSource, DataSource direct, Wakeups wakeups) {
        return new Queues(dataSource, direct, wakeups);
    }

    /** Makes a queue with pgpro_queue's defaults. @see #create(String, QueueSettings) */
    public void create(String name) {
        create(name, QueueSettings.none());
    }

    /**
     * Makes a queue, owned by the connection's role. Errors: there is one; a name that is not allowed; a dead-letter queue
     * that is none; out of range.
     *
     * @param name 1 to 54 letters, digits and underscores
     */
    public void create(String name, QueueSettings settings) {
        transactions.call(connection -> {
            set(connection, QueueSql.CREATE, name, settings);
            return null;
        });
    }

    /** Sets what {@code settings} gives, and leaves the rest as it is. Errors: no such queue; not the owner; as above. */
    public void configure(String name, QueueSettings settings) {
        transactions.call(connection -> {
            set(connection, QueueSql.ALTER, name, settings);
            return null;
        });
    }

    private static void set(Connection connection, String sql, String name, QueueSettings settings) {
        try {
            Statements.call(
                    connection,
                    sql,
                    name,
                    settings.type(),
                    settings.deadLetterQueue(),
                    settings.retries(),
                    settings.retryDelaySeconds());
            if (settings.backoffFactor() != null) {
                Statements.call(
                        connection, QueueSql.BACKOFF, name, settings.backoffFactor(), settings.backoffMaxSeconds());
            }
        } catch (SQLException e) {
            throw SqlErrors.of(e, name, null);
        }
    }

    /** Removes a queue with its messages, bindings and callback. Errors: no such queue; no access. */
    public void drop(String name) {
        statements.of(name).call(QueueSql.DROP, name);
    }

    /** Every queue, by name. The messages are counted for it, one by one. */
    public List<QueueInfo> list() {
        return statements.rows(QueueSql.LIST, QueueInfo::of);
    }

    /** Lets a role send to a queue and read it. Errors: not the owner; no such queue or role. */
    public void grantAccess(String queue, String role) {
        statements.of(queue).call(QueueSql.GRANT, queue, role);
    }

    /** Lets a role no longer do so. Errors: not the owner; no such queue or role; the owner's can't be revoked. */
    public void revokeAccess(String queue, String role) {
        statements.of(queue).call(QueueSql.REVOKE, queue, role);
    }

    /** Leaves access to the owner alone. Errors: not the owner; no such queue. */
    public void resetAccess(String queue) {
        statements.of(queue).call(QueueSql.RESET_ACCESS, queue);
    }

    /** Exchanges, which hand messages to the queues that are bound to them. */
    public Exchanges exchanges() {
        return new Exchanges(statements);
    }

    public QueueSender sender(String queue) {
        return new QueueSender(transactions, queue);
    }

    public QueuePublisher publisher(String exchange) {
        return new QueuePublisher(transactions, exchange);
    }

    public QueueReader reader(String queue) {
        return new QueueReader(queue);
    }

    /** A worker to be told its handler and then started. */
    public QueueWorker.Builder worker(String queue) {
        return new QueueWorker.Builder(dataSource, direct, wakeups, queue);
    }

    /** The next messages of a queue, without reading them; those that wait for their time last. Errors: no access. */
    public List<PeekedMessage> peek(String queue, int most) {
        return statements.of(queue).rows(QueueSql.PEEK, PeekedMessage::of, queue, most);
    }

    /** A queue's dead letters. */
    public DeadLetters deadLetters(String queue) {
        return new DeadLetters(statements.of(queue), queue);
    }

    /**
     * Has servers call a procedure with each message of a queue, in the transaction that reads it. Errors: no access; the
     * queue has a callback; there is no such procedure, or not this role's to execute.
     *
     * @param procedure its signature, for example {@code my_schema.my_callback(jsonb)}
     */
    public void registerCallback(String queue, String procedure) {
        statements.of(queue).call(QueueSql.REGISTER_CALLBACK, queue, procedure);
    }

    /** Has it called no more. Errors: no access; it is not the queue's callback. */
    public void unregisterCallback(String queue, String procedure) {
        statements.of(queue).call(QueueSql.UNREGISTER_CALLBACK, queue, procedure);
    }

    /** Calls the callbacks that are registered; a server runs it, several share the work. */
    public Duty callbacks(CallbackSettings settings) {
        return new CallbackPool(transactions, direct, wakeups, settings);
    }

    /** What keeps the queues of a database moving; a server runs these. */
    public List<Duty> duties() {
        return List.of(new QueueKeeper(transactions), new QueueVacuum(transactions, direct));
    }
}
