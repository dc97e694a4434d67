-- Batches: what lies between two ticks, given to a consumer until it says that it is done. As in functions/batches.sql.

-- The next batch's id and ticks; nulls if no tick is new. An open batch is given again until it is finished. Errors: not
-- registered; a cooperative consumer.
create or replace function pgq.next_batch_custom(
    i_queue_name text, i_consumer_name text, i_min_lag interval, i_min_count int, i_min_interval interval,
    out batch_id bigint, out cur_tick_id bigint, out prev_tick_id bigint, out cur_tick_time timestamptz,
    out prev_tick_time timestamptz, out cur_tick_event_seq bigint, out prev_tick_event_seq bigint)
language sql security definer set search_path = pg_catalog, pg_temp as $$
    select * from pgque.next_batch_custom(i_queue_name, i_consumer_name, i_min_lag, i_min_count, i_min_interval)
$$;

create or replace function pgq.next_batch_info(
    i_queue_name text, i_consumer_name text,
    out batch_id bigint, out cur_tick_id bigint, out prev_tick_id bigint, out cur_tick_time timestamptz,
    out prev_tick_time timestamptz, out cur_tick_event_seq bigint, out prev_tick_event_seq bigint)
language sql as $$
    select * from pgq.next_batch_custom(i_queue_name, i_consumer_name, null, null, null)
$$;

create or replace function pgq.next_batch(i_queue_name text, i_consumer_name text) returns bigint
language sql as $$
    select f.batch_id from pgq.next_batch_custom(i_queue_name, i_consumer_name, null, null, null) f
$$;

-- The events are done: 1. Not an open batch (any more): 0, with a warning.
create or replace function pgq.finish_batch(x_batch_id bigint) returns int
language sql security definer set search_path = pg_catalog, pg_temp as $$
    select pgque.finish_batch(x_batch_id)
$$;

-- The batch's events in the order of their ids, read with the caller's rights. Errors: batch not found.
create or replace function pgq.get_batch_events(
    x_batch_id bigint,
    out ev_id bigint, out ev_time timestamptz, out ev_txid bigint, out ev_retry int, out ev_type text, out ev_data text,
    out ev_extra1 text, out ev_extra2 text, out ev_extra3 text, out ev_extra4 text)
returns setof record
language plpgsql set enable_seqscan to off as $$
begin
    return query execute howdah_stream.batch_event_sql(x_batch_id);
end
$$;

-- Opens a cursor over the batch's events and gives the first i_quick_limit. i_extra_where goes into the SQL as it is.
create or replace function pgq.get_batch_cursor(
    i_batch_id bigint, i_cursor_name text, i_quick_limit int, i_extra_where text,
    out ev_id bigint, out ev_time timestamptz, out ev_txid bigint, out ev_retry int, out ev_type text, out ev_data text,
    out ev_extra1 text, out ev_extra2 text, out ev_extra3 text, out ev_extra4 text)
returns setof record
language sql as $$
    select * from howdah_stream.get_batch_cursor(i_batch_id, i_cursor_name, i_quick_limit, i_extra_where)
$$;

create or replace function pgq.get_batch_cursor(
    i_batch_id bigint, i_cursor_name text, i_quick_limit int,
    out ev_id bigint, out ev_time timestamptz, out ev_txid bigint, out ev_retry int, out ev_type text, out ev_data text,
    out ev_extra1 text, out ev_extra2 text, out ev_extra3 text, out ev_extra4 text)
returns setof record
language sql as $$
    select * from howdah_stream.get_batch_cursor(i_batch_id, i_cursor_name, i_quick_limit, null)
$$;

-- SQL that reads the batch, and the tables that it reads. Errors: batch not found.
create or replace function pgq.batch_event_sql(x_batch_id bigint) returns text
language sql as $$
    select howdah_stream.batch_event_sql(x_batch_id)
$$;

create or replace function pgq.batch_event_tables(x_batch_id bigint) returns setof text
language sql as $$
    select howdah_stream.batch_event_tables(x_batch_id)
$$;

-- The first tick with so many new events or so much more time than the one given; nulls if there is none yet.
create or replace function pgq.find_tick_helper(
    i_queue_id int, i_prev_tick_id bigint, i_prev_tick_time timestamptz, i_prev_tick_seq bigint,
    i_min_count bigint, i_min_interval interval,
    out next_tick_id bigint, out next_tick_time timestamptz, out next_tick_seq bigint)
language sql stable as $$
    select * from howdah_stream.find_tick_helper(
        i_queue_id, i_prev_tick_id, i_prev_tick_time, i_prev_tick_seq, i_min_count, i_min_interval)
$$;
