package dev.howdah.stream;

/** Every statement that the wing's Java sends, apart from those that a queue's own tables and functions are named in. */
final class StreamSql {

    private StreamSql() {}

    static final String CREATE = "select pgque.create_queue(?)";
    static final String DROP = "select pgque.drop_queue(?, ?)";
    static final String CONFIGURE = "select pgque.set_queue_config(?, ?, ?)";
    static final String SUBSCRIBE = "select pgque.subscribe(?, ?)";
    static final String SUBSCRIBE_AT = "select pgque.register_consumer_at(?, ?, ?)";
    static final String UNSUBSCRIBE = "select pgque.unsubscribe(?, ?)";

    static final String QUEUE_ID = "select howdah_stream.queue_id(?)";

    /** The table to write into in this transaction, and whether this role may. */
    static final String COPY_TARGET = """
            select t, has_table_privilege(t, 'insert') from howdah_stream.current_event_table(?) t""";

    static final String JOIN_WORKERS =
            "select sub_no, sub_id, sub_queue, sub_slot, sub_slots from howdah_stream.join_workers(?, ?, ?, ?)";

    /**
     * Gives one row; or one for each event, where they are so few that they come at once. The number is the stream's, whose
     * own function reads them.
     */
    static String deliver(int queueId) {
        return """
                select settled, (batch).pos_sub as sub_no, (batch).pos_batch as batch_id, (batch).pos_last_tick as prev_tick_id,
                       (batch).pos_next_tick as tick_id, (batch).pos_done as done, (batch).pos_batch_end as batch_end,
                       (reading).lower::text, (reading).upper::text, (reading).snapshot::text, (reading).late::text,
                       (reading).tables, (reading).batch_max, (reading).ahead, at_once, seen,
                       ev_id, ev_time, ev_retry, ev_type, ev_data, ev_extra1, ev_extra2, ev_extra3, ev_extra4
                  from howdah_stream.deliver(?, ?, ?::interval, ?, ?, ?, ?, ?::interval[], ?, ?, ?, ?::interval)
                 cross join lateral (
                       select (batch).pos_done is null and (batch).pos_batch_end is null and (reading).ids_drawn <= 100
                       ) few (at_once)
                  left join lateral howdah_stream.read_%s(
                       case when at_once then (reading).tables end, (reading).lower, (reading).upper, (reading).snapshot,
                       (reading).late, ?, ?, ?) on true""".formatted(queueId);
    }

    static final String SETTLE = "select howdah_stream.settle(?, ?, ?, ?, ?, ?::interval[], ?)";

    static final String RENEW_LEASE = "select howdah_stream.renew_lease(?, ?, ?::interval, ?)";

    /** The SQL that reads a window from these tables, with question marks for what differs from window to window. */
    static final String WINDOW_SQL = """
            select 'select ev_id, ev_time, ev_retry, ev_type, ev_data, ev_extra1, ev_extra2, ev_extra3, ev_extra4 from ('
                   || howdah_stream.window_sql(s, ?, '{"?::xid8","?::xid8","?::pg_snapshot","?::xid8[]","?"}') || ') w'
              from howdah_stream.subscriber s
             where sub_no = ?""";

    static final String BATCH_EVENTS = """
            select ev_id, ev_time, ev_retry, ev_type, ev_data, ev_extra1, ev_extra2, ev_extra3, ev_extra4
              from pgque.get_batch_events(?)""";

    static final String LIST = """
            select i.queue_name, (select count(*) from pgque.subscription s where s.sub_queue = q.queue_id),
                   coalesce(i.ev_per_sec, 0), i.ev_new, extract(epoch from i.ticker_lag) * 1000,
                   extract(epoch from i.queue_rotation_period) * 1000,
                   (select sum(pg_total_relation_size((q.queue_data_pfx || '_' || nr)::regclass))
                      from generate_series(0, q.queue_ntables - 1) nr)
              from pgque.get_queue_info() i
              join pgque.queue q on q.queue_name = i.queue_name
             order by i.queue_name""";

    static final String CONSUMERS = """
            select consumer_name, pending_events, extract(epoch from lag) * 1000, extract(epoch from last_seen) * 1000,
                   current_batch is not null, last_tick
              from pgque.get_consumer_info(?)""";

    static final String DEAD_LETTERS = """
            select dl_id, c.co_name, dl_time, dl_reason, ev_id, ev_time, coalesce(ev_retry, 0), ev_type, ev_data,
                   ev_extra1, ev_extra2, ev_extra3, ev_extra4
              from pgque.dlq_inspect(?, ?)
              join pgque.consumer c on c.co_id = dl_consumer_id
             order by dl_id desc""";

    static final String REPLAY = "select pgque.dlq_replay(?)";
    static final String REPLAY_ALL = "select replayed, failed, first_error from pgque.dlq_replay_all(?)";
    static final String PURGE = "select pgque.dlq_purge(?, ?::interval)";

    static final String TICK_ROUND = "select howdah_stream.tick_round(?, ?::interval)";
    static final String SLEEP = "select howdah_stream.sleep()";
    static final String TICKER = "select pgque.ticker()";
    static final String RETRIES = "select pgque.maint_retry_events()";
    static final String MAINTENANCE = "select pgque.maint()";
}
