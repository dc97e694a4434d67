-- Events go in, in the caller's transaction. As in functions/events.sql.

-- An event's id. Errors: no such queue; inserts disabled, unless session_replication_role is replica.
create or replace function pgq.insert_event(
    queue_name text, ev_type text, ev_data text, ev_extra1 text, ev_extra2 text, ev_extra3 text, ev_extra4 text)
returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    return howdah_stream.insert_event(queue_name, ev_type, ev_data, ev_extra1, ev_extra2, ev_extra3, ev_extra4);
end
$$;

create or replace function pgq.insert_event(queue_name text, ev_type text, ev_data text) returns bigint
language sql as $$
    select pgq.insert_event(queue_name, ev_type, ev_data, null, null, null, null)
$$;

-- An event as it is given, for one consumer (ev_owner) or for all; a null id or time is filled in. Errors: no such queue.
create or replace function pgq.insert_event_raw(
    queue_name text, ev_id bigint, ev_time timestamptz, ev_owner int, ev_retry int, ev_type text, ev_data text,
    ev_extra1 text, ev_extra2 text, ev_extra3 text, ev_extra4 text) returns bigint
language sql as $$
    select howdah_stream.insert_event_raw(queue_name, row(ev_id, ev_time, null, ev_owner, ev_retry, ev_type, ev_data,
        ev_extra1, ev_extra2, ev_extra3, ev_extra4)::pgque.event_template)
$$;

-- The table to COPY into, in this transaction. Errors: no such queue; inserts disabled.
create or replace function pgq.current_event_table(x_queue_name text) returns text
language sql as $$
    select howdah_stream.current_event_table(x_queue_name)
$$;
