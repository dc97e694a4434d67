-- Events go in. Each call writes in the caller's transaction: the event is there if and only if that commits.

-- An event's id. Errors: no such queue; inserts disabled, unless session_replication_role is replica.
create or replace function pgque.insert_event(
    queue_name text, ev_type text, ev_data text, ev_extra1 text, ev_extra2 text, ev_extra3 text, ev_extra4 text)
returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    return howdah_stream.insert_event(queue_name, ev_type, ev_data, ev_extra1, ev_extra2, ev_extra3, ev_extra4);
end
$$;

create or replace function pgque.insert_event(queue_name text, ev_type text, ev_data text) returns bigint
language sql as $$
    select pgque.insert_event(queue_name, ev_type, ev_data, null, null, null, null)
$$;

-- One event for each element, in one statement; the ids in the same order.
create or replace function pgque.insert_event_bulk(queue_name text, ev_type text, ev_data_list text[]) returns bigint[]
language sql security definer set search_path = pg_catalog, pg_temp as $$
    select howdah_stream.insert_events(
        queue_name, array_fill(ev_type, array[cardinality(ev_data_list)]), ev_data_list)
$$;

create or replace function howdah_stream.insert_event_raw(i_queue text, i_event pgque.event_template) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_queue int := howdah_stream.queue_to_write(i_queue);
begin
    if i_event.ev_id is null then
        select nextval(queue_event_seq::regclass) into i_event.ev_id from pgque.queue where queue_id = v_queue;
    end if;
    perform howdah_stream.insert_raw(v_queue, array[i_event]);
    return i_event.ev_id;
end
$$;

-- An event as it is given, for one consumer (ev_owner) or for all; a null id or time is filled in. Errors: no such queue.
create or replace function pgque.insert_event_raw(
    queue_name text, ev_id bigint, ev_time timestamptz, ev_owner int, ev_retry int, ev_type text, ev_data text,
    ev_extra1 text, ev_extra2 text, ev_extra3 text, ev_extra4 text) returns bigint
language sql as $$
    select howdah_stream.insert_event_raw(queue_name, row(ev_id, ev_time, null, ev_owner, ev_retry, ev_type, ev_data,
        ev_extra1, ev_extra2, ev_extra3, ev_extra4)::pgque.event_template)
$$;

create or replace function howdah_stream.current_event_table(i_queue text) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_queue pgque.queue;
begin
    select * into v_queue from pgque.queue where queue_name = i_queue;
    if not found then
        raise exception 'Event queue not found';
    elsif v_queue.queue_disable_insert and current_setting('session_replication_role') <> 'replica' then
        raise exception 'Insert into queue disallowed';
    end if;
    perform howdah_stream.announce(v_queue.queue_id, v_queue.queue_name);
    return howdah_stream.event_table_name(v_queue.queue_id, v_queue.queue_cur_table);
end
$$;

-- The table to COPY into, in this transaction. Errors: no such queue; inserts disabled.
create or replace function pgque.current_event_table(x_queue_name text) returns text
language sql as $$
    select howdah_stream.current_event_table(x_queue_name)
$$;
