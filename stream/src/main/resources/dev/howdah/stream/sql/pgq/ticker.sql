-- The ticker, as PgQ's daemons call it. As in functions/ticker.sql.

-- Ticks if it is time: the tick's id, or null. Errors: no such queue; an external ticker; paused.
create or replace function pgq.ticker(i_queue_name text) returns bigint
language sql security definer set search_path = pg_catalog, pg_temp as $$
    select pgque.ticker(i_queue_name)
$$;

-- Every queue that is not paused and not external: how many ticked.
create or replace function pgq.ticker() returns bigint
language sql security definer set search_path = pg_catalog, pg_temp as $$
    select pgque.ticker()
$$;

-- A tick of an external source, as it says. Errors: no such queue; the queue's ticker is its own.
create or replace function pgq.ticker(
    i_queue_name text, i_tick_id bigint, i_orig_timestamp timestamptz, i_event_seq bigint) returns bigint
language sql security definer set search_path = pg_catalog, pg_temp as $$
    select pgque.ticker(i_queue_name, i_tick_id, i_orig_timestamp, i_event_seq)
$$;

-- Makes the next ticker call tick: the last tick's id.
create or replace function pgq.force_tick(i_queue_name text) returns bigint
language sql security definer set search_path = pg_catalog, pg_temp as $$
    select pgque.force_tick(i_queue_name)
$$;
