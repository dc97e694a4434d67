-- Batches: what lies between two ticks, given to a consumer until it says that it is done.

-- Opens a subscriber's next batch, or gives the open one again; batch_id null if no tick is new. i_next: the tick to read
-- up to, from find_next_tick, asked again under the lock. Appends one position.
create or replace function howdah_stream.next_batch(
    i_sub howdah_stream.subscriber, i_min_lag interval default null, i_min_count int default null,
    i_min_interval interval default null, i_newest bool default false) returns howdah_stream.position
language plpgsql as $$
declare
    v_pos howdah_stream.position := howdah_stream.position(i_sub.sub_no);
    v_window howdah_stream.batch_window;
begin
    if v_pos.pos_sub is null then
        perform howdah_stream.refuse_if_compacted();
    end if;
    if v_pos.pos_batch is not null
            or howdah_stream.find_next_tick(i_sub, v_pos, i_min_lag, i_min_count, i_min_interval, i_newest) is null then
        return v_pos;
    end if;
    v_pos := howdah_stream.lock_position(i_sub.sub_no);
    if not exists (select from howdah_stream.subscriber where sub_no = i_sub.sub_no and sub_role = i_sub.sub_role) then
        raise exception 'the consumer was unregistered or made cooperative by another session meanwhile: try again'
            using errcode = 'serialization_failure';
    end if;
    if v_pos.pos_batch is null then
        v_pos.pos_next_tick :=
            howdah_stream.find_next_tick(i_sub, v_pos, i_min_lag, i_min_count, i_min_interval, i_newest);
        if v_pos.pos_next_tick is not null then
            v_window := howdah_stream.batch_window(i_sub.sub_queue, v_pos.pos_last_tick, v_pos.pos_next_tick);
            v_pos.pos_batch := nextval('howdah_stream.batch_id_seq');
            v_pos.pos_batch_end := howdah_stream.batch_end(i_sub, v_window, v_pos.pos_done, v_window.batch_max);
            v_pos := howdah_stream.move(v_pos);
        end if;
    end if;
    return v_pos;
end
$$;

-- Which tick a subscriber reads up to next; null if there is none yet. A window that was begun is read to its end. Else
-- the next one; or the first one that satisfies the minimums; or, i_newest, the last one that a batch has room for. Planned
-- to read ticks in their order, as many as it needs: there may be very many, or few, whatever the statistics say.
create or replace function howdah_stream.find_next_tick(
    i_sub howdah_stream.subscriber, i_pos howdah_stream.position,
    i_min_lag interval, i_min_count int, i_min_interval interval, i_newest bool) returns bigint
language plpgsql set enable_bitmapscan to off set enable_sort to off as $$
declare
    v_next bigint;
    v_last pgque.tick;
begin
    if i_pos.pos_next_tick is not null then
        return i_pos.pos_next_tick;
    end if;
    select tick_id into v_next
      from pgque.tick
     where tick_queue = i_sub.sub_queue and tick_id > i_pos.pos_last_tick
     order by tick_id limit 1;
    if v_next is null or (i_min_lag is null and i_min_count is null and i_min_interval is null and not i_newest) then
        return v_next;
    end if;
    select * into v_last from pgque.tick where tick_queue = i_sub.sub_queue and tick_id = i_pos.pos_last_tick;
    if i_newest then
        select coalesce(max(t.tick_id), v_next) into v_next
          from (select tick_id, tick_event_seq
                  from pgque.tick
                 where tick_queue = i_sub.sub_queue and tick_id > i_pos.pos_last_tick
                 order by tick_id limit 100) t
         where t.tick_event_seq - v_last.tick_event_seq
               <= (select queue_batch_max_count / 2 from pgque.queue where queue_id = i_sub.sub_queue);
        return v_next;
    end if;
    if i_min_lag is not null then
        -- not younger than that: of the ticks before it, the last one
        select max(tick_id) into v_next
          from pgque.tick
         where tick_queue = i_sub.sub_queue and tick_id > i_pos.pos_last_tick
           and tick_time <= clock_timestamp() - i_min_lag;
        if v_next is null or (i_min_count is null and i_min_interval is null) then
            return v_next;
        end if;
    end if;
    select f.next_tick_id into v_next
      from howdah_stream.find_tick_helper(i_sub.sub_queue, v_last.tick_id, v_last.tick_time, v_last.tick_event_seq,
               i_min_count, i_min_interval) f
     where i_min_lag is null or f.next_tick_time <= clock_timestamp() - i_min_lag;
    return v_next;
end
$$;

-- The first tick after i_prev_tick_* with at least i_min_count new events or i_min_interval more time; nulls if there is
-- none yet. A null minimum is none.
create or replace function howdah_stream.find_tick_helper(
    i_queue_id int, i_prev_tick_id bigint, i_prev_tick_time timestamptz, i_prev_tick_seq bigint,
    i_min_count bigint, i_min_interval interval,
    out next_tick_id bigint, out next_tick_time timestamptz, out next_tick_seq bigint)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select tick_id, tick_time, tick_event_seq
      from pgque.tick
     where tick_queue = i_queue_id and tick_id > i_prev_tick_id
       and ((i_min_count is null and i_min_interval is null)
            or tick_event_seq - i_prev_tick_seq >= i_min_count
            or tick_time - i_prev_tick_time >= i_min_interval)
     order by tick_id limit 1
$$;

create or replace function pgque.find_tick_helper(
    i_queue_id int, i_prev_tick_id bigint, i_prev_tick_time timestamptz, i_prev_tick_seq bigint,
    i_min_count bigint, i_min_interval interval,
    out next_tick_id bigint, out next_tick_time timestamptz, out next_tick_seq bigint)
language sql stable as $$
    select * from howdah_stream.find_tick_helper(
        i_queue_id, i_prev_tick_id, i_prev_tick_time, i_prev_tick_seq, i_min_count, i_min_interval)
$$;

-- Who may ask for batches in its own name. Errors: not registered; a cooperative consumer or a partition slot, whose
-- calls are others.
create or replace function howdah_stream.lone_subscriber(i_queue text, i_consumer text)
returns howdah_stream.subscriber
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_sub howdah_stream.subscriber := howdah_stream.subscriber(i_queue, i_consumer);
begin
    if v_sub.sub_role = 'coop_main' and exists (
            select from howdah_stream.subscriber where sub_id = v_sub.sub_id and sub_role = 'coop_member') then
        raise exception 'consumer %/% has cooperative members: use receive_coop or next_batch(queue, consumer, subconsumer)',
            i_queue, i_consumer;
    elsif v_sub.sub_role = 'coop_member' then
        raise exception '%/% is a member of a cooperative consumer: use receive_coop or next_batch(queue, consumer, subconsumer)',
            i_queue, i_consumer;
    elsif v_sub.sub_slots is not null then
        raise exception '%/% is a partition slot: use claim_slot and receive_partitioned', i_queue, i_consumer;
    end if;
    return v_sub;
end
$$;

-- The next batch's id and ticks; nulls if no tick is new. An open batch is given again until it is finished. At least
-- once: a batch whose finish did not commit comes again, with the same events.
create or replace function pgque.next_batch_custom(
    i_queue_name text, i_consumer_name text, i_min_lag interval, i_min_count int, i_min_interval interval,
    out batch_id bigint, out cur_tick_id bigint, out prev_tick_id bigint, out cur_tick_time timestamptz,
    out prev_tick_time timestamptz, out cur_tick_event_seq bigint, out prev_tick_event_seq bigint)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_sub howdah_stream.subscriber := howdah_stream.lone_subscriber(i_queue_name, i_consumer_name);
    v_pos howdah_stream.position;
begin
    v_pos := howdah_stream.next_batch(v_sub, i_min_lag, i_min_count, i_min_interval);
    batch_id := v_pos.pos_batch;
    select a.tick_id, a.tick_time, a.tick_event_seq
      into prev_tick_id, prev_tick_time, prev_tick_event_seq
      from pgque.tick a
     where a.tick_queue = v_sub.sub_queue and a.tick_id = v_pos.pos_last_tick;
    if batch_id is not null then
        select b.tick_id, b.tick_time, b.tick_event_seq
          into cur_tick_id, cur_tick_time, cur_tick_event_seq
          from pgque.tick b
         where b.tick_queue = v_sub.sub_queue and b.tick_id = v_pos.pos_next_tick;
    end if;
end
$$;

create or replace function pgque.next_batch_info(
    i_queue_name text, i_consumer_name text,
    out batch_id bigint, out cur_tick_id bigint, out prev_tick_id bigint, out cur_tick_time timestamptz,
    out prev_tick_time timestamptz, out cur_tick_event_seq bigint, out prev_tick_event_seq bigint)
language sql as $$
    select * from pgque.next_batch_custom(i_queue_name, i_consumer_name, null, null, null)
$$;

create or replace function pgque.next_batch(i_queue_name text, i_consumer_name text) returns bigint
language sql as $$
    select f.batch_id from pgque.next_batch_custom(i_queue_name, i_consumer_name, null, null, null) f
$$;

-- The events are done: 1. Not an open batch (any more): 0, with a warning.
create or replace function pgque.finish_batch(x_batch_id bigint) returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_pos howdah_stream.position := howdah_stream.lock_batch(x_batch_id);
begin
    if v_pos.pos_sub is null then
        raise warning 'finish_batch: batch % not found', x_batch_id;
        return 0;
    end if;
    perform howdah_stream.finish(v_pos);
    return 1;
end
$$;

-- Nulls for a batch that is not open.
create or replace function pgque.get_batch_info(
    x_batch_id bigint,
    out queue_name text, out consumer_name text, out batch_start timestamptz, out batch_end timestamptz,
    out prev_tick_id bigint, out tick_id bigint, out lag interval, out seq_start bigint, out seq_end bigint)
language sql security definer set search_path = pg_catalog, pg_temp as $$
    select q.queue_name, c.co_name, a.tick_time, b.tick_time, a.tick_id, b.tick_id, now() - b.tick_time,
           a.tick_event_seq, b.tick_event_seq
      from howdah_stream.open_batch(x_batch_id) p
      join howdah_stream.subscriber s on s.sub_no = p.pos_sub
      join pgque.queue q on q.queue_id = s.sub_queue
      join pgq.consumer c on c.co_id = s.sub_consumer
      join pgque.tick a on a.tick_queue = q.queue_id and a.tick_id = p.pos_last_tick
      join pgque.tick b on b.tick_queue = q.queue_id and b.tick_id = p.pos_next_tick
$$;
