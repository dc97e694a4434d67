-- What is in a batch. A window is what lies between two ticks; a batch is a window, or the next part of one, in the order
-- of ids. A batch's events are the same each time they are read.

-- The SQL that reads a window, the one text that is built for it. i_args: expressions for 1 the lower tick's xmax, 2 the
-- upper tick's xmax, 3 the upper tick's snapshot, 4 the transactions that were under way at the lower tick and are
-- visible in the upper one, 5 the subscriber's id; literals, or placeholders. Tables that were sealed at the lower tick hold
-- nothing of the window and are not touched. Columns: the event's, not in order; names t, to add conditions to.
create or replace function howdah_stream.window_sql(i_sub howdah_stream.subscriber, i_last_tick bigint, i_args text[])
returns text
language sql stable as $$
    select string_agg(format($sql$
select t.* from %1$s t
 where t.ev_txid >= %2$s and t.ev_txid < %3$s and pg_visible_in_snapshot(t.ev_txid, %4$s)
   and (t.ev_owner is null or t.ev_owner = %6$s)%7$s
union all
select t.* from %1$s t
 where t.ev_txid = any (%5$s)
   and (t.ev_owner is null or t.ev_owner = %6$s)%7$s$sql$,
        howdah_stream.event_table_name(et_queue, et_nr), i_args[1], i_args[2], i_args[3], i_args[4], i_args[5],
        case when i_sub.sub_slots is not null then format(
            ' and howdah_stream.slot(t.ev_extra1, %s) = %s', i_sub.sub_slots, i_sub.sub_slot) else '' end),
        E'\nunion all' order by et_nr)
      from howdah_stream.event_table
     where et_queue = i_sub.sub_queue and (et_sealed_tick is null or et_sealed_tick >= i_last_tick)
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
language plpgsql as $$
declare
    v_sub howdah_stream.subscriber;
    v_bounds record;
begin
    select * into v_sub from howdah_stream.subscriber where sub_no = i_pos.pos_sub;
    select * into v_bounds
      from howdah_stream.window_bounds(v_sub.sub_queue, i_pos.pos_last_tick, i_pos.pos_next_tick);
    return query execute 'select w.* from ('
            || howdah_stream.window_sql(v_sub, i_pos.pos_last_tick, array['$1', '$2', '$3', '$4', '$5'])
            || ') w where ($6 is null or w.ev_id > $6) and ($7 is null or w.ev_id <= $7) order by w.ev_id limit $8'
        using v_bounds.lower, v_bounds.upper, v_bounds.snapshot, v_bounds.late, v_sub.sub_id,
              i_pos.pos_done, i_pos.pos_batch_end, i_max;
end
$$;

-- One event of an open batch by its id, however large the batch; null if it is not there. The index on ids is brought
-- up to date with what was written since the last time, and then says which few pages to read. The window is asked for
-- in a way that no index answers: the one on transactions would find all of the batch.
create or replace function howdah_stream.batch_event(i_pos howdah_stream.position, i_event_id bigint)
returns pgque.event_template
language plpgsql set enable_seqscan to off set max_parallel_workers_per_gather to 0 as $$
declare
    v_sub howdah_stream.subscriber;
    v_bounds record;
    v_table text;
    v_index regclass;
    v_event pgque.event_template;
begin
    if i_event_id <= i_pos.pos_done or i_event_id > i_pos.pos_batch_end then
        return null;
    end if;
    select * into v_sub from howdah_stream.subscriber where sub_no = i_pos.pos_sub;
    select * into v_bounds
      from howdah_stream.window_bounds(v_sub.sub_queue, i_pos.pos_last_tick, i_pos.pos_next_tick);
    for v_table, v_index in
        select c.oid::regclass, i.indexrelid::regclass
          from howdah_stream.event_table
          join pg_catalog.pg_class c on c.oid = howdah_stream.event_table_name(et_queue, et_nr)::regclass
          join pg_catalog.pg_index i on i.indrelid = c.oid
          join pg_catalog.pg_class ic on ic.oid = i.indexrelid
          join pg_catalog.pg_am am on am.oid = ic.relam and am.amname = 'brin'
         where et_queue = v_sub.sub_queue and (et_sealed_tick is null or et_sealed_tick >= i_pos.pos_last_tick)
    loop
        perform brin_summarize_new_values(v_index);
        execute format($sql$
            select t.* from %s t
             where t.ev_id = $1 and pg_visible_in_snapshot(t.ev_txid, $2)
               and not pg_visible_in_snapshot(t.ev_txid, $3) and (t.ev_owner is null or t.ev_owner = $4)
             limit 1$sql$, v_table)
           into v_event
          using i_event_id, v_bounds.snapshot, v_bounds.lower_snapshot, v_sub.sub_id;
        if v_event.ev_id is not null then
            return case when v_sub.sub_slots is null
                          or howdah_stream.slot(v_event.ev_extra1, v_sub.sub_slots) = v_sub.sub_slot then v_event end;
        end if;
    end loop;
    return null;
end
$$;

-- Where a batch must end for it to have at most i_max events: the id of the last one, null if the window has no more. The
-- window is only counted where the ids drawn since the tick before it, and transactions older than that one, leave
-- room for doubt.
create or replace function howdah_stream.batch_end(
    i_sub howdah_stream.subscriber, i_last_tick bigint, i_next_tick bigint, i_done bigint, i_max int) returns bigint
language plpgsql as $$
declare
    v_bounds record;
    v_before pgque.tick;
    v_next_seq bigint;
    v_end bigint;
begin
    select * into v_bounds from howdah_stream.window_bounds(i_sub.sub_queue, i_last_tick, i_next_tick);
    select * into v_before
      from pgque.tick
     where tick_queue = i_sub.sub_queue and tick_id < i_last_tick
     order by tick_id desc limit 1;
    select tick_event_seq into v_next_seq from pgque.tick where tick_queue = i_sub.sub_queue and tick_id = i_next_tick;
    if v_before.tick_id is not null and v_next_seq - v_before.tick_event_seq <= i_max / 2
            and not exists (select from unnest(v_bounds.late) x
                             where x < pg_snapshot_xmax(v_before.tick_snapshot)) then
        return null;
    end if;
    execute 'select max(ev_id) filter (where nr <= $7) from (select w.ev_id, row_number() over (order by w.ev_id) as nr from ('
            || howdah_stream.window_sql(i_sub, i_last_tick, array['$1', '$2', '$3', '$4', '$5'])
            || ') w where $6 is null or w.ev_id > $6 order by w.ev_id limit $7 + 1) e having count(*) > $7'
       into v_end
      using v_bounds.lower, v_bounds.upper, v_bounds.snapshot, v_bounds.late, i_sub.sub_id, i_done, i_max;
    return v_end;
end
$$;
