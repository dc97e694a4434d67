-- The ticker as PgQ's daemons call it: by counts and times. The server's own ticker (ticks.sql) ticks at once.

-- Ticks if it is time: ticker_max_count new events, or ticker_max_lag since the last tick and any, or ticker_idle_period.
-- The tick's id, or null. Errors: no such queue; an external ticker; paused.
create or replace function pgque.ticker(i_queue_name text) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_queue pgque.queue := howdah_stream.lock_queue(i_queue_name);
begin
    if v_queue.queue_external_ticker then
        raise exception 'This queue has external tick source.';
    elsif v_queue.queue_ticker_paused then
        raise exception 'Ticker has been paused for this queue';
    end if;
    if howdah_stream.wants_tick(v_queue) then
        return (howdah_stream.tick(v_queue, true)).tick_id;
    end if;
    return null;
end
$$;

create or replace function howdah_stream.wants_tick(i_queue pgque.queue) returns bool
language plpgsql as $$
declare
    v_last pgque.tick := howdah_stream.last_tick(i_queue.queue_id);
    v_new bigint := coalesce(pg_sequence_last_value(i_queue.queue_event_seq::regclass), 0) - v_last.tick_event_seq;
    v_age interval := clock_timestamp() - v_last.tick_time;
begin
    return v_new >= i_queue.queue_ticker_max_count
        or v_age >= i_queue.queue_ticker_idle_period
        or v_age >= i_queue.queue_ticker_max_lag and (v_new > 0 or howdah_stream.has_news(v_last));
end
$$;

-- Every queue that is not paused and not external, nor ticked, rotated or dropped by somebody else at this moment: how many
-- ticked.
create or replace function pgque.ticker() returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_count bigint := 0;
    v_queue pgque.queue;
begin
    for v_queue in
        select * from pgque.queue
         where not queue_external_ticker and not queue_ticker_paused
         order by queue_name
    loop
        continue when not howdah_stream.wants_tick(v_queue);
        v_queue := howdah_stream.try_queue(v_queue.queue_name);
        -- another session may have ticked between the question and the lock
        if v_queue.queue_id is not null and not v_queue.queue_external_ticker and not v_queue.queue_ticker_paused
                and howdah_stream.wants_tick(v_queue) then
            perform howdah_stream.tick(v_queue, true);
            v_count := v_count + 1;
        end if;
    end loop;
    return v_count;
end
$$;

-- A tick of an external source, as it says. Errors: no such queue; the queue's ticker is its own.
create or replace function pgque.ticker(
    i_queue_name text, i_tick_id bigint, i_orig_timestamp timestamptz, i_event_seq bigint) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_queue pgque.queue := howdah_stream.lock_queue(i_queue_name);
    v_last pgque.tick := howdah_stream.last_tick(v_queue.queue_id);
begin
    if not v_queue.queue_external_ticker then
        raise exception 'This queue has no external tick source';
    elsif i_tick_id <= v_last.tick_id then
        raise exception 'tick % is not after the last one, %', i_tick_id, v_last.tick_id;
    end if;
    insert into pgque.tick (tick_queue, tick_id, tick_time, tick_event_seq)
    values (v_queue.queue_id, i_tick_id, i_orig_timestamp, i_event_seq);
    perform pg_notify('pgque_' || v_queue.queue_name, i_tick_id::text);
    return i_tick_id;
end
$$;

-- Makes the next ticker call tick: the last tick's id. It does so by drawing as many event ids as a tick wants.
create or replace function pgque.force_tick(i_queue_name text) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_queue pgque.queue := howdah_stream.lock_queue(i_queue_name);
    v_last pgque.tick := howdah_stream.last_tick(v_queue.queue_id);
    v_missing bigint := v_queue.queue_ticker_max_count
        - (coalesce(pg_sequence_last_value(v_queue.queue_event_seq::regclass), 0) - v_last.tick_event_seq);
begin
    if v_queue.queue_external_ticker then
        raise exception 'This queue has external tick source.';
    elsif v_queue.queue_ticker_paused then
        raise exception 'Ticker has been paused for this queue';
    end if;
    perform nextval(v_queue.queue_event_seq::regclass) from generate_series(1, v_missing);
    return v_last.tick_id;
end
$$;

create or replace function pgque.force_next_tick(i_queue_name text) returns bigint
language sql security definer set search_path = pg_catalog, pg_temp as $$
    select pgque.force_tick(i_queue_name)
$$;

-- The row that whoever ticks must have. The server's ticker passes over a queue that somebody else has, and is told to look
-- again when that one's transaction is over. Errors: no such queue; not READ COMMITTED.
create or replace function howdah_stream.lock_queue(i_queue text) returns pgque.queue
language plpgsql as $$
declare
    v_queue pgque.queue;
begin
    perform howdah_stream.want_own_snapshot('what ticks and rotates');
    select * into v_queue from pgque.queue where queue_name = i_queue for no key update;
    if not found then
        raise exception 'no such queue';
    end if;
    perform pg_notify('howdah_stream', i_queue);
    return v_queue;
end
$$;

-- The same without waiting: null if somebody else has the queue, or it is gone.
create or replace function howdah_stream.try_queue(i_queue text) returns pgque.queue
language plpgsql as $$
declare
    v_queue pgque.queue;
begin
    select * into v_queue from pgque.queue where queue_name = i_queue for no key update skip locked;
    if found then
        perform pg_notify('howdah_stream', i_queue);
    end if;
    return v_queue;
end
$$;
