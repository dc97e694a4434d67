package dev.howdah.queue;

/** Every statement that the wing's Java sends, apart from those that a queue's own functions are named in. */
final class QueueSql {

    private QueueSql() {}

    static final String CREATE = "call pgpro_queue.create_queue(?, ?, ?, ?, ?)";
    static final String ALTER = "call pgpro_queue.alter_queue(?, ?, ?, ?, ?)";
    static final String BACKOFF = "call pgpro_queue.set_queue_backoff(?, ?::numeric, ?)";
    static final String DROP = "call pgpro_queue.drop_queue(?)";
    static final String GRANT = "call pgpro_queue.grant_queue_access(?, ?::name)";
    static final String REVOKE = "call pgpro_queue.revoke_queue_access(?, ?::name)";
    static final String RESET_ACCESS = "call pgpro_queue.reset_queue_access(?)";

    static final String LIST = """
            select q.queue_name, q.queue_type, q.queue_owner, q.queue_dlq, q.queue_retries, q.queue_retry_delay,
                   q.queue_backoff, q.queue_backoff_max, c.ready, c.waiting, c.dead, c.oldest, q.callback,
                   q.callback_problem
              from pgpro_queue_data.queue_list q
             cross join howdah_queue.queue_counts(q.queue_name) c
             order by q.queue_name""";

    /** The numbers that own functions are named by, with clear errors for who may not call them. */
    static final String TO_SEND = "select howdah_queue.queue_to(?, 'insert')";

    static final String TO_READ = "select howdah_queue.queue_to(?, 'delete')";
    static final String TO_PUBLISH = "select howdah_queue.exchange_to_publish(?)";

    /** Where a delay given as a duration begins: at the transaction's start. */
    static final String ENABLE_TIME = "coalesce(?::timestamptz, now() + ?::interval)";

    static final String ENABLE_TIMES = """
            array(select coalesce(t.at, now() + t.delay)
                    from unnest(?::timestamptz[], ?::interval[]) with ordinality t (at, delay, place) order by t.place)""";

    static final String PUBLISH_EACH = """
            (?, m.body, m.body_xml, m.priority, m.properties, m.retries, m.retrydelay,
             coalesce(m.at, now() + m.delay))
              from (select * from unnest(?::jsonb[], ?::xml[], ?::int[], ?::jsonb[], ?::int[], ?::int[], ?::timestamptz[],
                                         ?::interval[])
                           with ordinality m (body, body_xml, priority, properties, retries, retrydelay, at, delay, place)
                     order by place) m""";

    static final String COPY_TARGET = "select segment, retries, retrydelay from howdah_queue.copy_target(?)";

    static final String COLUMNS =
            "msgid, enqueue_time, priority, retries, retrydelay, attempts, body, body_xml, properties, history";

    /** Reads: how many at most, header filter, properties filter. */
    static String take(int queue) {
        return "select " + COLUMNS + " from pgpro_queue_data.take_" + queue + "(?, ?, ?, null)";
    }

    static String takeId(int queue) {
        return "select " + COLUMNS + " from pgpro_queue_data.take_id_" + queue + "(?, null)";
    }

    static final String PEEK = "select state, due, " + COLUMNS + " from howdah_queue.peek(?, ?)";

    static final String SETTLE = """
            select howdah_queue.settle_all(?, array(
                select row(m.msgid, m.enqueue_time, m.priority, m.retries, m.retrydelay, m.attempts, m.body, m.body_xml,
                           m.properties, m.history)::howdah_queue.message
                  from unnest(?::bigint[], ?::timestamptz[], ?::int[], ?::int[], ?::int[], ?::int[], ?::jsonb[],
                              ?::xml[], ?::jsonb[], ?::jsonb[])
                       with ordinality m (msgid, enqueue_time, priority, retries, retrydelay, attempts, body, body_xml,
                                          properties, history, place)
                 order by m.place), ?::"char"[], ?::double precision[], ?)""";

    /** The worker's transaction reads at this level whatever the session's default is. */
    static final String READ_COMMITTED = "set transaction isolation level read committed; ";

    /** Nobody waits for the disk: a crash of the database can bring messages back, as at least once allows. */
    static final String SOON = "set local synchronous_commit = off; ";

    static final String COMMIT = "commit";
    static final String AND_BEGIN = "; begin isolation level read committed; ";
    static final String SAVEPOINT = "savepoint howdah_message";
    static final String NEXT_SAVEPOINT = "release savepoint howdah_message; savepoint howdah_message";
    static final String UNDO = "rollback to savepoint howdah_message";

    static final String SLEEP = "select pg_try_advisory_xact_lock(1752131957, ?)";

    static final String DEAD_LETTERS = """
            select msgid, died, attempts, reason, priority, body, body_xml, properties, dead_queue
              from howdah_queue.dead_letters(?, ?)""";

    static final String REPLAY = "select howdah_queue.replay_dead(?, ?)";
    static final String DELETE_DEAD = "select howdah_queue.delete_dead(?, ?)";

    static final String CREATE_EXCHANGE = "select pgpro_queue.create_exchange(?, ?)";
    static final String DROP_EXCHANGE = "select pgpro_queue.drop_exchange(?, ?)";
    static final String BIND = "select pgpro_queue.bind_queue(?, ?, ?)";
    static final String UNBIND = "select pgpro_queue.unbind_queue(?, ?, ?)";
    static final String REFUSE_UNROUTABLE = "call pgpro_queue.set_exchange_refusal(?, ?)";
    static final String GRANT_PUBLISH = "call pgpro_queue.grant_publish_access(?, ?)";
    static final String REVOKE_PUBLISH = "call pgpro_queue.revoke_publish_access(?, ?)";

    static final String EXCHANGES = """
            select exchange_name, exchange_type, exchange_owner, exchange_refuses_unroutable, unroutable
              from pgpro_queue_data.exchange_list
             order by exchange_name""";

    static final String BINDINGS = """
            select exchange_name, queue_name, binding_key
              from pgpro_queue_data.binding_list
             where exchange_name = ?
             order by queue_name, binding_key""";

    static final String REGISTER_CALLBACK = "call pgpro_queue.register_callback(?, ?)";
    static final String UNREGISTER_CALLBACK = "call pgpro_queue.unregister_callback(?, ?)";

    static final String CALLBACK_SETTINGS = """
            select current_setting('pgpro_queue.callback', true) as callback,
                   current_setting('pgpro_queue.callback_min_workers', true) as callback_min_workers,
                   current_setting('pgpro_queue.callback_max_workers', true) as callback_max_workers,
                   current_setting('pgpro_queue.callback_naptime', true) as callback_naptime,
                   current_setting('pgpro_queue.callback_check_timeout', true) as callback_check_timeout,
                   current_setting('pgpro_queue.callback_worker_idle_timeout', true) as callback_worker_idle_timeout,
                   current_setting('pgpro_queue.callback_worker_start_delay', true) as callback_worker_start_delay""";

    /** One of the slots that the callback workers of all servers share; the session's, while it lives. */
    static final String CALLBACK_SLOT =
            "select nr from generate_series(1, ?) nr where pg_try_advisory_lock(1752131959, nr) limit 1";

    static final String CHECK_CALLBACKS =
            "select queue_id, queue_name, callback, problem from howdah_queue.check_callbacks()";

    static final String CALL_BACK = "select howdah_queue.call_back(?)";

    static final String KEEP = "call howdah_queue.keep(?)";

    static final String CROWDED = "select table_name, dead_rows from howdah_queue.crowded_tables()";

    /**
     * All of the index, too, however few pages of the table have dead rows: it is what readers walk.
     *
     * @param table as {@link #CROWDED} gives it, quoted
     */
    static String vacuum(String table) {
        return "vacuum (index_cleanup on, truncate off, skip_locked on) " + table;
    }
}
