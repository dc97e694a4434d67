-- Retries: an event comes back to the one consumer that asked for it. As in functions/retries.sql.

-- The event comes again at a time: 1; 0 if it will already. Errors: the batch is not open, or does not have it.
create or replace function pgq.event_retry(x_batch_id bigint, x_event_id bigint, x_retry_time timestamptz) returns int
language sql security definer set search_path = pg_catalog, pg_temp as $$
    select pgque.event_retry(x_batch_id, x_event_id, x_retry_time)
$$;

create or replace function pgq.event_retry(x_batch_id bigint, x_event_id bigint, x_retry_seconds int) returns int
language sql security definer set search_path = pg_catalog, pg_temp as $$
    select pgque.event_retry(x_batch_id, x_event_id, x_retry_seconds)
$$;

-- All events of the batch come again: how many were not in line yet. Errors: the batch is not open.
create or replace function pgq.batch_retry(i_batch_id bigint, i_retry_seconds int) returns int
language sql security definer set search_path = pg_catalog, pg_temp as $$
    select pgque.batch_retry(i_batch_id, i_retry_seconds)
$$;

-- Puts an event in line for a consumer, as it is given; gives its id, a new one if null. Errors: not registered.
create or replace function pgq.event_retry_raw(
    x_queue text, x_consumer text, x_retry_after timestamptz, x_ev_id bigint, x_ev_time timestamptz, x_ev_retry int,
    x_ev_type text, x_ev_data text, x_ev_extra1 text, x_ev_extra2 text, x_ev_extra3 text, x_ev_extra4 text)
returns bigint
language sql security definer set search_path = pg_catalog, pg_temp as $$
    select pgque.event_retry_raw(x_queue, x_consumer, x_retry_after, x_ev_id, x_ev_time, x_ev_retry,
        x_ev_type, x_ev_data, x_ev_extra1, x_ev_extra2, x_ev_extra3, x_ev_extra4)
$$;
