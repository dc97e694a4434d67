-- What is in a batch. A window is what lies between two ticks; a batch is a window, or the next part of one, in the order
-- of ids. A batch's events are the same each time they are read.

-- The SQL that reads a window from one table, the one text that is built for it. i_args: expressions for 1 the lower tick's
-- xmax, 2 the upper tick's xmax, 3 the upper tick's snapshot, 4 the transactions that were under way at the lower tick and
-- are visible in the upper one, 5 the subscriber's id; literals, or placeholders. i_condition: SQL of its own for rows of t.
-- Those transactions are looked up one by one: for `= any` the table would be read in full by a plan that was made while it
-- was small, and kept.
create or replace function howdah_stream.table_window_sql(i_table text, i_args text[], i_condition text default '')
returns text
language sql immutable as $$
    select format($sql$
select t.* from %1$s t
 where t.ev_txid >= %2$s and t.ev_txid < %3$s and pg_visible_in_snapshot(t.ev_txid, %4$s)
   and (t.ev_owner is null or t.ev_owner = %6$s)%7$s
union all
select t.* from unnest(%5$s) late (xid) cross join lateral (select * from %1$s where ev_txid = late.xid offset 0) t
 where (t.ev_owner is null or t.ev_owner = %6$s)%7$s$sql$,
        i_table, i_args[1], i_args[2], i_args[3], i_args[4], i_args[5], i_condition)
$$;

-- A condition for table_window_sql: the partition slot, where there are any.
create or replace function howdah_stream.slot_condition(i_sub howdah_stream.subscriber) returns text
language sql immutable as $$
    select case when i_sub.sub_slots is null then ''
                else format(' and howdah_stream.slot(t.ev_extra1, %s) = %s', i_sub.sub_slots, i_sub.sub_slot) end
$$;

-- The same for all of a queue's tables but those that were sealed at the lower tick: they hold nothing of the window, and
-- are not touched. Columns: the event's, not in order.
create or replace function howdah_stream.window_sql(i_sub howdah_stream.subscriber, i_last_tick bigint, i_args text[])
returns text
language sql stable as $$
    select string_agg(howdah_stream.table_window_sql(
               howdah_stream.event_table_name(et_queue, et_nr), i_args, howdah_stream.slot_condition(i_sub)),
           E'\nunion all' order by et_nr)
      from howdah_stream.event_table
     where et_queue = i_sub.sub_queue and (et_sealed_tick is null or et_sealed_tick >= i_last_tick)
$$;

-- The same for a part of a window, from the same tables: 1 and 2 the ids after and up to which, 3 and 4 the upper and the
-- lower tick's snapshots, 5 the subscriber's id. Asks for the window in a way that only the index on ids can help with: that
-- on transactions would find all of the window, for each of its parts. To be planned without sequential scans.
create or replace function howdah_stream.part_sql(i_sub howdah_stream.subscriber, i_last_tick bigint, i_args text[])
returns text
language sql stable as $$
    select string_agg(format($sql$
select t.* from %1$s t
 where t.ev_id > %2$s and t.ev_id <= %3$s
   and pg_visible_in_snapshot(t.ev_txid, %4$s) and not pg_visible_in_snapshot(t.ev_txid, %5$s)
   and (t.ev_owner is null or t.ev_owner = %6$s)%7$s$sql$,
        howdah_stream.event_table_name(et_queue, et_nr), i_args[1], i_args[2], i_args[3], i_args[4], i_args[5],
        howdah_stream.slot_condition(i_sub)),
        E'\nunion all' order by et_nr)
      from howdah_stream.event_table
     where et_queue = i_sub.sub_queue and (et_sealed_tick is null or et_sealed_tick >= i_last_tick)
$$;

-- Brings the indexes on ids up to date with what was written since the last time; what they don't know yet would be
-- read in full.
create or replace function howdah_stream.index_ids(i_queue_id int, i_last_tick bigint) returns void
language plpgsql as $$
begin
    perform brin_summarize_new_values(i.indexrelid)
       from howdah_stream.event_table
       join pg_catalog.pg_index i on i.indrelid = howdah_stream.event_table_name(et_queue, et_nr)::regclass
       join pg_catalog.pg_class c on c.oid = i.indexrelid
       join pg_catalog.pg_am am on am.oid = c.relam and am.amname = 'brin'
      where et_queue = i_queue_id and (et_sealed_tick is null or et_sealed_tick >= i_last_tick);
end
$$;

drop function if exists howdah_stream.window_bounds(int, bigint, bigint);

-- Which partition slot of i_slots a key belongs to; events without a key go to the first.
create or replace function howdah_stream.slot(i_key text, i_slots int) returns int
language sql immutable as $$
    select case when i_key is null then 0
                else (((hashtextextended(i_key, 0) % i_slots) + i_slots) % i_slots)::int end
$$;

-- The events of an open batch in the order of their ids, up to i_max.
create or replace function howdah_stream.batch_events(i_pos howdah_stream.position, i_max int default null)
returns setof pgque.event_template
language plpgsql set enable_seqscan to off set max_parallel_workers_per_gather to 0 as $$
declare
    v_sub howdah_stream.subscriber;
    v_window howdah_stream.batch_window;
begin
    select * into v_sub from howdah_stream.subscriber where sub_no = i_pos.pos_sub;
    v_window := howdah_stream.batch_window(v_sub.sub_queue, i_pos.pos_last_tick, i_pos.pos_next_tick);
    if i_pos.pos_done is not null or i_pos.pos_batch_end is not null then
        perform howdah_stream.index_ids(v_sub.sub_queue, i_pos.pos_last_tick);
        return query execute 'select * from ('
                || howdah_stream.part_sql(v_sub, i_pos.pos_last_tick, array['$1', '$2', '$3', '$4', '$5'])
                || ') w order by ev_id limit $6'
            using coalesce(i_pos.pos_done, -9223372036854775808), coalesce(i_pos.pos_batch_end, 9223372036854775807),
                  v_window.snapshot, v_window.lower_snapshot, v_sub.sub_id, i_max;
    else
        return query execute 'select * from ('
                || howdah_stream.window_sql(v_sub, i_pos.pos_last_tick, array['$1', '$2', '$3', '$4', '$5'])
                || ') w order by ev_id limit $6'
            using v_window.lower, v_window.upper, v_window.snapshot, v_window.late, v_sub.sub_id, i_max;
    end if;
end
$$;

-- One event of an open batch by its id, however large the batch; null if it is not there.
create or replace function howdah_stream.batch_event(i_pos howdah_stream.position, i_event_id bigint)
returns pgque.event_template
language plpgsql as $$
declare
    v_event pgque.event_template;
begin
    if i_event_id > coalesce(i_pos.pos_done, i_event_id - 1) and i_event_id <= coalesce(i_pos.pos_batch_end, i_event_id) then
        i_pos.pos_done := i_event_id - 1;
        i_pos.pos_batch_end := i_event_id;
        select * into v_event from howdah_stream.batch_events(i_pos, 1);
    end if;
    return v_event;
end
$$;

-- How many ids had been drawn at the last tick before this one at which no transaction had begun that this one does not see,
-- the oldest of which is i_oldest, if there was any: theirs are higher ids. 0 if that is a hundred ticks ago.
create or replace function howdah_stream.drawn_before(i_tick pgque.tick, i_oldest xid8) returns bigint
language plpgsql as $$
begin
    return coalesce((
        select tick_event_seq
          from (select * from pgque.tick
                 where tick_queue = i_tick.tick_queue and tick_id < i_tick.tick_id
                 order by tick_id desc limit 100) t
         where pg_snapshot_xmax(tick_snapshot) <= coalesce(i_oldest, pg_snapshot_xmax(i_tick.tick_snapshot))
         order by tick_id desc limit 1), 0);
end
$$;

drop function if exists howdah_stream.window_between(pgque.tick, pgque.tick);

-- The window between two ticks, which may be only just made. Taken into the caller's statement. Its tables are those that
-- were not sealed at the lower tick.
create or replace function howdah_stream.window_between(i_last pgque.tick, i_next pgque.tick)
returns setof howdah_stream.batch_window
language sql stable rows 1 as $$
    select i_next.tick_id, i_next.tick_id > i_last.tick_id and drawn <= queue_batch_max_count / 2,
           pg_snapshot_xmax(i_last.tick_snapshot), pg_snapshot_xmax(i_next.tick_snapshot), i_next.tick_snapshot, late, drawn,
           array(select et_nr from howdah_stream.event_table
                  where et_queue = i_last.tick_queue and (et_sealed_tick is null or et_sealed_tick >= i_last.tick_id)
                  order by et_nr),
           i_last.tick_id, i_next.tick_event_seq, queue_batch_max_count, drawn <= 20 * queue_batch_max_count,
           i_last.tick_snapshot
      from pgque.queue
     cross join lateral (
           select array(select x from pg_snapshot_xip(i_last.tick_snapshot) x
                         where pg_visible_in_snapshot(x, i_next.tick_snapshot)) offset 0) w (late)
     cross join lateral (
           select i_next.tick_event_seq - case when late = '{}' and not i_last.tick_busy then i_last.tick_event_seq
                                               else howdah_stream.drawn_before(i_last, late[1]) end offset 0) d (drawn)
     where queue_id = i_last.tick_queue
$$;

-- The window from a tick to another, by default to the newest one. Errors: a tick is not there, which would leave the window
-- empty and its events lost.
create or replace function howdah_stream.batch_window(i_queue_id int, i_last_tick bigint, i_next_tick bigint default null)
returns howdah_stream.batch_window
language plpgsql as $$
declare
    v_window howdah_stream.batch_window;
begin
    select w.*
      into v_window
      from pgque.tick l
      join lateral (
           select t as next from pgque.tick t
            where tick_queue = i_queue_id and tick_id <= coalesce(i_next_tick, 9223372036854775807)
            order by tick_id desc limit 1) n on (n.next).tick_id = coalesce(i_next_tick, (n.next).tick_id)
     cross join lateral howdah_stream.window_between(l, n.next) w
     where l.tick_queue = i_queue_id and l.tick_id = i_last_tick;
    if found then
        return v_window;
    elsif current_setting('transaction_isolation') <> 'read committed' then
        raise exception 'ticks were compacted since this transaction began: try again'
            using errcode = 'serialization_failure';
    end if;
    raise exception 'no ticks % and % of queue %', i_last_tick, i_next_tick, i_queue_id using errcode = 'data_corrupted';
end
$$;
