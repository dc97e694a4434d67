package dev.howdah.queue;

import dev.howdah.core.Statements;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The exchanges of one database, and which queues are bound to them. */
public final class Exchanges {

    private final Statements statements;

    Exchanges(Statements statements) {
        this.statements = statements;
    }

    /**
     * Makes an exchange. Errors: there is one; a name that is not allowed.
     *
     * @param name 1 to 63 letters, digits and underscores
     */
    public void create(String name, ExchangeType type) {
        call(name, QueueSql.CREATE_EXCHANGE, name, type.sqlName());
    }

    /**
     * Removes an exchange. Errors: not the owner; queues are bound.
     *
     * @param cascade with the queues that are bound to it, and their messages; else those are an error
     */
    public void drop(String name, boolean cascade) {
        call(name, QueueSql.DROP_EXCHANGE, name, cascade);
    }

    /** Whether a message that no queue gets is an error to its publisher. Default: it is counted only. */
    public void refuseUnroutable(String name, boolean refuse) {
        statements.of(name).call(QueueSql.REFUSE_UNROUTABLE, name, refuse);
    }

    /** Binds a queue to a fanout exchange. Errors: no access to one of the two; it is bound; the exchange wants a key. */
    public void bind(String queue, String exchange) {
        call(exchange, QueueSql.BIND, queue, exchange, null);
    }

    /** Binds a queue by a key, as {@link ExchangeType} says; by any number of keys, one after the other. */
    public void bind(String queue, String exchange, String key) {
        call(exchange, QueueSql.BIND, queue, exchange, key);
    }

    /** Removes all bindings between the two. Errors: no access to one of them; there are none. */
    public void unbind(String queue, String exchange) {
        call(exchange, QueueSql.UNBIND, queue, exchange, null);
    }

    /** Removes one binding. Errors: no access to one of the two; there is none. */
    public void unbind(String queue, String exchange, String key) {
        call(exchange, QueueSql.UNBIND, queue, exchange, key);
    }

    /** Lets a role publish. Errors: not the owner; no such role. */
    public void grantAccess(String exchange, String role) {
        statements.of(exchange).call(QueueSql.GRANT_PUBLISH, exchange, role);
    }

    /** Lets a role no longer publish. Errors: not the owner; no such role. */
    public void revokeAccess(String exchange, String role) {
        statements.of(exchange).call(QueueSql.REVOKE_PUBLISH, exchange, role);
    }

    /** Every exchange, by name. */
    public List<ExchangeInfo> list() {
        return statements.rows(QueueSql.EXCHANGES, ExchangeInfo::of);
    }

    /** Which queues are bound to an exchange, by name; none if there is no such exchange. */
    public List<Binding> bindings(String exchange) {
        return statements.rows(QueueSql.BINDINGS, Binding::of, exchange);
    }

    private void call(String exchange, String sql, @Nullable Object... arguments) {
        statements.of(exchange).call(sql, arguments);
    }
}
