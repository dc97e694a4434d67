-- Rotation: events go into one of three tables, and a table that every consumer has read is truncated. No transaction id is
-- compared with any other: a transaction that stays open, here or in another database, holds back the tables that it
-- has itself written into, and nothing else.
--
-- A table's way: current, until its rotation_period is over and another one is empty; then sealed, once nobody who wrote
-- into it is still under way; then truncated, once every consumer has passed the last tick before the seal; then, sealed
-- and empty, in line to be the current one. Each step is taken if its lock can be had at once, else at the next call.

-- Takes whatever step is due: how many. Waits for nobody but who ticks or registers.
create or replace function howdah_stream.rotate(i_queue text) returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    return howdah_stream.rotate(howdah_stream.lock_queue(i_queue));
end
$$;

-- The same; the caller holds the queue's row.
create or replace function howdah_stream.rotate(i_queue pgque.queue) returns int
language plpgsql as $$
begin
    perform howdah_stream.want_own_snapshot('rotation');
    return howdah_stream.seal_tables(i_queue) + howdah_stream.truncate_tables(i_queue)
        + howdah_stream.switch_table(i_queue);
end
$$;

create or replace function howdah_stream.seal_tables(i_queue pgque.queue) returns int
language plpgsql as $$
declare
    v_nr int;
    v_count int := 0;
begin
    for v_nr in
        select et_nr from howdah_stream.event_table
         where et_queue = i_queue.queue_id and et_sealed_tick is null and et_nr <> i_queue.queue_cur_table
    loop
        if howdah_stream.lock_table(howdah_stream.event_table_name(i_queue.queue_id, v_nr), 'share row exclusive')
                and not howdah_stream.is_written_here(i_queue.queue_id, v_nr) then
            perform howdah_stream.seal_table(i_queue.queue_id, v_nr);
            -- a tick that is made from now on sees all that is in the table
            update howdah_stream.event_table
               set et_sealed_tick = (howdah_stream.last_tick(i_queue.queue_id)).tick_id
             where et_queue = i_queue.queue_id and et_nr = v_nr;
            v_count := v_count + 1;
        end if;
    end loop;
    -- so that consumers can pass it though no more events come
    if v_count > 0 and not i_queue.queue_external_ticker and not i_queue.queue_ticker_paused then
        perform howdah_stream.tick(i_queue, true);
    end if;
    return v_count;
end
$$;

-- Whether this very transaction has written into the table: its own locks don't stop it, and its ticks may not see its events.
create or replace function howdah_stream.is_written_here(i_queue_id int, i_nr int) returns bool
language plpgsql as $$
declare
    v_found bool;
begin
    execute format('select exists (select from %s where ev_txid = pg_current_xact_id())',
        howdah_stream.event_table_name(i_queue_id, i_nr)) into v_found;
    return v_found;
end
$$;

create or replace function howdah_stream.truncate_tables(i_queue pgque.queue) returns int
language plpgsql as $$
declare
    v_table howdah_stream.event_table;
    v_needed bigint := howdah_stream.needed_tick(i_queue.queue_id);
    v_count int := 0;
begin
    for v_table in
        select * from howdah_stream.event_table
         where et_queue = i_queue.queue_id and not et_empty
           and et_sealed_tick < v_needed
    loop
        if howdah_stream.lock_table(
                howdah_stream.event_table_name(i_queue.queue_id, v_table.et_nr), 'access exclusive') then
            execute 'truncate ' || howdah_stream.event_table_name(i_queue.queue_id, v_table.et_nr);
            update howdah_stream.event_table
               set et_empty = true, et_floor = v_table.et_sealed_tick
             where et_queue = i_queue.queue_id and et_nr = v_table.et_nr;
            v_count := v_count + 1;
        end if;
    end loop;
    return v_count;
end
$$;

create or replace function howdah_stream.switch_table(i_queue pgque.queue) returns int
language plpgsql as $$
declare
    v_next int;
begin
    if i_queue.queue_switch_time + i_queue.queue_rotation_period > clock_timestamp() then
        return 0;
    end if;
    select et_nr into v_next
      from howdah_stream.event_table
     where et_queue = i_queue.queue_id and et_empty
     order by (et_nr - i_queue.queue_cur_table + 3) % 3
     limit 1;
    if not found or not howdah_stream.lock_table(
            howdah_stream.event_table_name(i_queue.queue_id, v_next), 'access exclusive') then
        return 0;
    end if;
    perform howdah_stream.unseal_table(i_queue.queue_id, v_next);
    update howdah_stream.event_table
       set et_sealed_tick = null, et_empty = false
     where et_queue = i_queue.queue_id and et_nr = v_next;
    update pgque.queue
       set queue_cur_table = v_next, queue_switch_time = clock_timestamp(),
           queue_switch_step1 = pg_current_xact_id()::text::bigint, queue_switch_step2 = null
     where queue_id = i_queue.queue_id;
    return 1;
end
$$;

-- The tick that the slowest consumer has done; without consumers, the last one. The caller holds the queue's row, so that
-- none is added.
create or replace function howdah_stream.needed_tick(i_queue_id int) returns bigint
language sql as $$
    select coalesce(min(p.pos_last_tick), (howdah_stream.last_tick(i_queue_id)).tick_id)
      from howdah_stream.subscriber s
     cross join lateral howdah_stream.position(s.sub_no) p
     where s.sub_queue = i_queue_id
$$;

-- Whether the lock could be had at once, or, i_wait, within a tenth of a second, in which nobody else is let in.
create or replace function howdah_stream.lock_table(i_table text, i_mode text, i_wait bool default false) returns bool
language plpgsql as $$
declare
    v_timeout text := current_setting('lock_timeout');
begin
    if i_wait then
        perform set_config('lock_timeout', '100ms', true);
        execute format('lock table %s in %s mode', i_table, i_mode);
        perform set_config('lock_timeout', v_timeout, true);
    else
        execute format('lock table %s in %s mode nowait', i_table, i_mode);
    end if;
    return true;
exception when lock_not_available then
    return false;
end
$$;

-- The queues that have a step to take.
create or replace function howdah_stream.queues_to_rotate() returns setof text
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select q.queue_name
      from pgque.queue q
     where q.queue_switch_time + q.queue_rotation_period <= clock_timestamp()
        or exists (
           select from howdah_stream.event_table
            where et_queue = q.queue_id and et_nr <> q.queue_cur_table
              and (et_sealed_tick is null or not et_empty))
     order by q.queue_name
$$;
