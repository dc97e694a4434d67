-- Reading an open batch: its events at once, as SQL, or through a cursor. As often as one likes; they stay the same until
-- it is finished (windows.sql).

-- The batch's events in the order of their ids. Errors: batch not found.
create or replace function pgque.get_batch_events(
    x_batch_id bigint,
    out ev_id bigint, out ev_time timestamptz, out ev_txid bigint, out ev_retry int, out ev_type text, out ev_data text,
    out ev_extra1 text, out ev_extra2 text, out ev_extra3 text, out ev_extra4 text)
returns setof record
language plpgsql set enable_seqscan to off as $$
begin
    return query execute howdah_stream.batch_event_sql(x_batch_id);
end
$$;

-- SQL that reads the batch. Errors: batch not found.
create or replace function howdah_stream.batch_event_sql(i_batch_id bigint) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_pos howdah_stream.position := howdah_stream.open_batch(i_batch_id);
    v_sub howdah_stream.subscriber;
    v_window howdah_stream.batch_window;
    v_sql text;
begin
    if v_pos.pos_sub is null then
        raise exception 'batch not found';
    end if;
    select * into v_sub from howdah_stream.subscriber where sub_no = v_pos.pos_sub;
    v_window := howdah_stream.batch_window(v_sub.sub_queue, v_pos.pos_last_tick, v_pos.pos_next_tick);
    if v_pos.pos_done is null and v_pos.pos_batch_end is null then
        v_sql := howdah_stream.window_sql(v_sub, v_pos.pos_last_tick, array[
            quote_literal(v_window.lower) || '::xid8', quote_literal(v_window.upper) || '::xid8',
            quote_literal(v_window.snapshot) || '::pg_snapshot', quote_literal(v_window.late) || '::xid8[]',
            v_sub.sub_id::text]);
    else
        perform howdah_stream.index_ids(v_sub.sub_queue, v_pos.pos_last_tick);
        v_sql := howdah_stream.part_sql(v_sub, v_pos.pos_last_tick, array[
            coalesce(v_pos.pos_done, -9223372036854775808)::text,
            coalesce(v_pos.pos_batch_end, 9223372036854775807)::text,
            quote_literal(v_window.snapshot) || '::pg_snapshot', quote_literal(v_window.lower_snapshot) || '::pg_snapshot',
            v_sub.sub_id::text]);
    end if;
    return 'select ev_id, ev_time, ev_txid::text::bigint as ev_txid, ev_retry, ev_type, ev_data, '
        || 'ev_extra1, ev_extra2, ev_extra3, ev_extra4 from (' || v_sql || ') w where true order by ev_id';
end
$$;

create or replace function pgque.batch_event_sql(x_batch_id bigint) returns text
language sql as $$
    select howdah_stream.batch_event_sql(x_batch_id)
$$;

-- The tables that the batch's events may be in. Errors: batch not found.
create or replace function howdah_stream.batch_event_tables(i_batch_id bigint) returns setof text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_pos howdah_stream.position := howdah_stream.open_batch(i_batch_id);
begin
    if v_pos.pos_sub is null then
        raise exception 'batch not found';
    end if;
    return query
        select howdah_stream.event_table_name(et_queue, et_nr)
          from howdah_stream.event_table
          join howdah_stream.subscriber on sub_queue = et_queue
         where sub_no = v_pos.pos_sub and (et_sealed_tick is null or et_sealed_tick >= v_pos.pos_last_tick)
         order by et_nr;
end
$$;

create or replace function pgque.batch_event_tables(x_batch_id bigint) returns setof text
language sql as $$
    select howdah_stream.batch_event_tables(x_batch_id)
$$;

-- Opens a cursor over the batch's events and gives the first i_quick_limit. i_extra_where goes into the SQL as it is, which
-- is run with the caller's rights.
create or replace function howdah_stream.get_batch_cursor(
    i_batch_id bigint, i_cursor_name text, i_quick_limit int, i_extra_where text,
    out ev_id bigint, out ev_time timestamptz, out ev_txid bigint, out ev_retry int, out ev_type text, out ev_data text,
    out ev_extra1 text, out ev_extra2 text, out ev_extra3 text, out ev_extra4 text)
returns setof record
language plpgsql set enable_seqscan to off as $$
declare
    v_cursor refcursor := i_cursor_name;
    v_sql text := howdah_stream.batch_event_sql(i_batch_id);
begin
    if i_cursor_name is null or i_quick_limit is null then
        raise exception 'a cursor needs a name and a number of events to give at once';
    end if;
    if i_extra_where is not null then
        v_sql := regexp_replace(v_sql, ' order by ev_id$', ' and (' || replace(i_extra_where, '\', '\\') || ') order by ev_id');
    end if;
    open v_cursor scroll for execute v_sql;
    if i_quick_limit > 0 then
        return query execute format('fetch %s from %I', i_quick_limit, i_cursor_name);
    end if;
end
$$;

create or replace function pgque.get_batch_cursor(
    i_batch_id bigint, i_cursor_name text, i_quick_limit int, i_extra_where text,
    out ev_id bigint, out ev_time timestamptz, out ev_txid bigint, out ev_retry int, out ev_type text, out ev_data text,
    out ev_extra1 text, out ev_extra2 text, out ev_extra3 text, out ev_extra4 text)
returns setof record
language sql as $$
    select * from howdah_stream.get_batch_cursor(i_batch_id, i_cursor_name, i_quick_limit, i_extra_where)
$$;

create or replace function pgque.get_batch_cursor(
    i_batch_id bigint, i_cursor_name text, i_quick_limit int,
    out ev_id bigint, out ev_time timestamptz, out ev_txid bigint, out ev_retry int, out ev_type text, out ev_data text,
    out ev_extra1 text, out ev_extra2 text, out ev_extra3 text, out ev_extra4 text)
returns setof record
language sql as $$
    select * from howdah_stream.get_batch_cursor(i_batch_id, i_cursor_name, i_quick_limit, null)
$$;
