-- Queues: made, dropped, configured. As in functions/queues.sql.

-- Makes an event queue and its first tick: 1; 0 if it is there. Errors: null; a name of over 57 bytes.
create or replace function pgq.create_queue(i_queue_name text) returns int
language sql security definer set search_path = pg_catalog, pg_temp as $$
    select pgque.create_queue(i_queue_name)
$$;

-- Removes a queue with its events: 1. Errors: no such queue; consumers are attached, unless forced.
create or replace function pgq.drop_queue(x_queue_name text, x_force bool) returns int
language sql security definer set search_path = pg_catalog, pg_temp as $$
    select pgque.drop_queue(x_queue_name, x_force)
$$;

create or replace function pgq.drop_queue(x_queue_name text) returns int
language sql as $$
    select pgq.drop_queue(x_queue_name, false)
$$;

-- Sets one of a queue's parameters: 1. Errors: no such queue; no such parameter; out of range.
create or replace function pgq.set_queue_config(x_queue_name text, x_param_name text, x_param_value text) returns int
language sql security definer set search_path = pg_catalog, pg_temp as $$
    select pgque.set_queue_config(x_queue_name, x_param_name, x_param_value)
$$;

create or replace function pgq.grant_perms(x_queue_name text) returns int
language sql security definer set search_path = pg_catalog, pg_temp as $$
    select pgque.grant_perms(x_queue_name)
$$;

create or replace function pgq.tune_storage(i_queue_name text) returns int
language sql as $$
    select howdah_stream.tune_storage(i_queue_name)
$$;
