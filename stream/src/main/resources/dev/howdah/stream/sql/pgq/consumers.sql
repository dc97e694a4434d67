-- Consumers: registered with a queue, each at its own place. As in functions/consumers.sql.

-- 1 new, 0 there already. A new consumer gets the events that are committed after this call. Errors: no such queue.
create or replace function pgq.register_consumer(x_queue_name text, x_consumer_id text) returns int
language sql security definer set search_path = pg_catalog, pg_temp as $$
    select pgque.register_consumer(x_queue_name, x_consumer_id)
$$;

-- Registers, or moves, a consumer so that it reads what comes after a tick. Errors: no such queue; no such tick (any more).
create or replace function pgq.register_consumer_at(x_queue_name text, x_consumer_name text, x_tick_pos bigint)
returns int
language sql security definer set search_path = pg_catalog, pg_temp as $$
    select pgque.register_consumer_at(x_queue_name, x_consumer_name, x_tick_pos)
$$;

-- How many rows were removed, 0 for an unknown consumer; its retries go with it, its failed events stay.
create or replace function pgq.unregister_consumer(x_queue_name text, x_consumer_name text) returns int
language sql security definer set search_path = pg_catalog, pg_temp as $$
    select pgque.unregister_consumer(x_queue_name, x_consumer_name)
$$;
