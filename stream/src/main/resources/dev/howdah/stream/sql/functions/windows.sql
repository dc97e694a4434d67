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

-- The same for a part of a window, from the same tables: 1 and 2 the ids after and up to which, 3 and 4 the upper and the lower tick's
-- snapshots, 5 the subscriber's id. Asks for the window in a way that only the index on ids can help with: that on
-- transactions would find all of the window, for each of its parts. To be planned without sequential scans.
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

-- The values for window_sql's places 1 to 4, and the lower tick's snapshot. Errors: a tick is not there, which would leave
-- the window empty and its events lost.
create or replace function howdah_stream.window_bounds(
    i_queue_id int, i_last_tick bigint, i_next_tick bigint,
    out lower xid8, out upper xid8, out snapshot pg_snapshot, out late xid8[], out lower_snapshot pg_snapshot)
language plpgsql as $$
begin
    select pg_snapshot_xmax(a.tick_snapshot), pg_snapshot_xmax(b.tick_snapshot), b.tick_snapshot,
           array(select x from pg_snapshot_xip(a.tick_snapshot) x where pg_visible_in_snapshot(x, b.tick_snapshot)),
           a.tick_snapshot
      into lower, upper, snapshot, late, lower_snapshot
      from pgque.tick a, pgque.tick b
     where a.tick_queue = i_queue_id and a.tick_id = i_last_tick
       and b.tick_queue = i_queue_id and b.tick_id = i_next_tick;
    if found then
        return;
    elsif current_setting('transaction_isolation') <> 'read committed' then
        raise exception 'ticks were compacted since this transaction began: try again'
            using errcode = 'serialization_failure';
    end if;
    raise exception 'no ticks % and % of queue %', i_last_tick, i_next_tick, i_queue_id using errcode = 'data_corrupted';
end
$$;

-- Which partition slot of i_slots a key belongs to; events without a key go to the first.
create or replace function howdah_stream.slot(i_key text, i_slots int) returns int
language sql immutable as $$
    select case when i_key is null then 0
                else (((hashtextextended(i_key, 0) % i_slots) + i_slots) % i_slots)::int end
$$;

-- The events of an open batch in the order of their ids, up to i_max.
create or replace function howdah_stream.batch_events(i_pos howdah_stream.position, i_max int default null)
returns setof pgque.event_template
language plpgsql set enable_seqscan to off as $$
declare
    v_sub howdah_stream.subscriber;
    v_bounds record;
begin
    select * into v_sub from howdah_stream.subscriber where sub_no = i_pos.pos_sub;
    select * into v_bounds
      from howdah_stream.window_bounds(v_sub.sub_queue, i_pos.pos_last_tick, i_pos.pos_next_tick);
    if i_pos.pos_done is not null or i_pos.pos_batch_end is not null then
        perform howdah_stream.index_ids(v_sub.sub_queue, i_pos.pos_last_tick);
        return query execute 'select * from ('
                || howdah_stream.part_sql(v_sub, i_pos.pos_last_tick, array['$1', '$2', '$3', '$4', '$5'])
                || ') w order by ev_id limit $6'
            using coalesce(i_pos.pos_done, -9223372036854775808), coalesce(i_pos.pos_batch_end, 9223372036854775807),
                  v_bounds.snapshot, v_bounds.lower_snapshot, v_sub.sub_id, i_max;
    else
        return query execute 'select * from ('
                || howdah_stream.window_sql(v_sub, i_pos.pos_last_tick, array['$1', '$2', '$3', '$4', '$5'])
                || ') w order by ev_id limit $6'
            using v_bounds.lower, v_bounds.upper, v_bounds.snapshot, v_bounds.late, v_sub.sub_id, i_max;
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

-- Where a batch must end for it to have at most i_max events: with which id, null if the window has no more. The ids that
-- were drawn since the tick before the window say so at once, where that is enough or each of the window's events has
-- an id of its own among them. That is not sure of retries, and of transactions older than that tick: then they are counted.
create or replace function howdah_stream.batch_end(
    i_sub howdah_stream.subscriber, i_last_tick bigint, i_next_tick bigint, i_done bigint, i_max int) returns bigint
language plpgsql as $$
declare
    v_ids record;
    v_start bigint;
begin
    -- ids up to drawn_before are not of the window, unless a transaction that is older than that tick ended within it.
    -- At a queue's first tick no id had been drawn.
    select coalesce(b.tick_event_seq, 0) as drawn_before, l.tick_event_seq as drawn_last, n.tick_event_seq as drawn_next,
           case when b.tick_id is null then l.tick_event_seq = 0
                else not exists (select from pg_snapshot_xip(l.tick_snapshot) x
                                  where x < pg_snapshot_xmax(b.tick_snapshot)
                                    and pg_visible_in_snapshot(x, n.tick_snapshot)) end as sure
      into v_ids
      from pgque.tick l
      join pgque.tick n on n.tick_queue = l.tick_queue and n.tick_id = i_next_tick
      left join lateral (
           select * from pgque.tick
            where tick_queue = l.tick_queue and tick_id < l.tick_id
            order by tick_id desc limit 1) b on true
     where l.tick_queue = i_sub.sub_queue and l.tick_id = i_last_tick;
    if v_ids.sure and v_ids.drawn_next - v_ids.drawn_before <= i_max then
        return null;
    elsif v_ids.sure is not true or howdah_stream.has_own(i_sub, i_last_tick, i_next_tick) then
        return howdah_stream.ask_window(i_sub, i_last_tick, i_next_tick, $sql$
            select max(ev_id) filter (where nr <= $7)
              from (select ev_id, row_number() over (order by ev_id) as nr
                      from (%s) w where $6 is null or ev_id > $6 order by ev_id limit $7 + 1) e
            having count(*) > $7$sql$, i_done, i_max);
    end if;
    v_start := greatest(i_done, v_ids.drawn_before);
    if i_done is null and v_ids.drawn_last - v_start > i_max / 2 then
        v_start := howdah_stream.ask_window(i_sub, i_last_tick, i_next_tick, 'select min(ev_id) - 1 from (%s) w');
    end if;
    return case when v_start + i_max < v_ids.drawn_next then v_start + i_max end;
end
$$;

-- Whether there are retries or replays for the subscriber in the window: asks the index on those alone.
create or replace function howdah_stream.has_own(
    i_sub howdah_stream.subscriber, i_last_tick bigint, i_next_tick bigint) returns bool
language plpgsql set enable_seqscan to off as $$
declare
    v_bounds record;
    v_question text;
    v_answer bool;
begin
    select * into v_bounds from howdah_stream.window_bounds(i_sub.sub_queue, i_last_tick, i_next_tick);
    select string_agg(format('exists (select from %s where ev_owner = $1 and ev_txid >= $2 and ev_txid < $3)',
               howdah_stream.event_table_name(et_queue, et_nr)), ' or ')
      into v_question
      from howdah_stream.event_table
     where et_queue = i_sub.sub_queue and (et_sealed_tick is null or et_sealed_tick >= i_last_tick);
    execute 'select ' || v_question into v_answer using i_sub.sub_id, pg_snapshot_xmin(v_bounds.lower_snapshot), v_bounds.upper;
    return v_answer;
end
$$;

-- Asks a question about a window: SQL with a %s for it, and for the arguments $6 and $7.
create or replace function howdah_stream.ask_window(
    i_sub howdah_stream.subscriber, i_last_tick bigint, i_next_tick bigint, i_question text,
    i_done bigint default null, i_max int default null) returns bigint
language plpgsql as $$
declare
    v_bounds record;
    v_answer bigint;
begin
    select * into v_bounds from howdah_stream.window_bounds(i_sub.sub_queue, i_last_tick, i_next_tick);
    execute format(i_question, howdah_stream.window_sql(i_sub, i_last_tick, array['$1', '$2', '$3', '$4', '$5']))
       into v_answer
      using v_bounds.lower, v_bounds.upper, v_bounds.snapshot, v_bounds.late, i_sub.sub_id, i_done, i_max;
    return v_answer;
end
$$;

-- The window from a tick to another, by default to the newest one, in one question: window_bounds' values, how many ids were
-- drawn in it, and its tables, which are those that were not sealed at the lower tick. Errors: a tick is not there.
create or replace function howdah_stream.batch_window(i_queue_id int, i_last_tick bigint, i_next_tick bigint default null)
returns howdah_stream.batch_window
language plpgsql as $$
declare
    v_window howdah_stream.batch_window;
begin
    select n.tick_id,
           n.tick_id > l.tick_id and n.tick_event_seq - l.tick_event_seq <= q.queue_batch_max_count / 2
           and not l.tick_busy,
           pg_snapshot_xmax(l.tick_snapshot), pg_snapshot_xmax(n.tick_snapshot), n.tick_snapshot,
           array(select x from pg_snapshot_xip(l.tick_snapshot) x where pg_visible_in_snapshot(x, n.tick_snapshot)),
           n.tick_event_seq - l.tick_event_seq,
           array(select et_nr from howdah_stream.event_table
                  where et_queue = i_queue_id and (et_sealed_tick is null or et_sealed_tick >= i_last_tick)
                  order by et_nr)
      into v_window
      from pgque.queue q
      join pgque.tick l on l.tick_queue = i_queue_id and l.tick_id = i_last_tick
      join lateral (
           select * from pgque.tick
            where tick_queue = i_queue_id and tick_id <= coalesce(i_next_tick, 9223372036854775807)
            order by tick_id desc limit 1) n on n.tick_id = coalesce(i_next_tick, n.tick_id)
     where q.queue_id = i_queue_id;
    if not found then
        perform howdah_stream.window_bounds(i_queue_id, i_last_tick, i_next_tick); -- says what is missing
    end if;
    return v_window;
end
$$;
