-- send_idem: an event that is sent once for each key, however often it is asked for within the key's time to live.

-- The event's id, and whether it had been sent before (deduped). Another session that sends the same key is waited for;
-- if it rolls back, this one sends. Keys are a queue's own. Errors: no such queue; inserts disabled; no key; ttl not
-- above 0.
create or replace function pgque.send_idem(
    i_queue text, i_type text, i_payload text, i_idem_key text, i_ttl interval default '1 hour',
    i_partition_key text default null) returns table (event_id bigint, deduped bool)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_queue pgque.queue;
begin
    if i_idem_key is null then
        raise exception 'idem_key must not be null' using errcode = 'null_value_not_allowed';
    elsif i_ttl is null or i_ttl <= interval '0' then
        raise exception 'ttl must be > 0, got %', coalesce(i_ttl::text, 'null')
            using errcode = 'invalid_parameter_value';
    end if;
    select * into v_queue from pgque.queue where queue_id = howdah_stream.queue_to_write(i_queue);
    if v_queue.queue_disable_insert and current_setting('session_replication_role') <> 'replica' then
        raise exception 'Insert into queue disallowed';
    end if;
    loop
        select idem_event, true into event_id, deduped
          from howdah_stream.idempotency
         where idem_queue = v_queue.queue_id and idem_key = i_idem_key and idem_expires > clock_timestamp();
        exit when found;
        perform howdah_stream.announce(v_queue.queue_id, v_queue.queue_name); -- before an id is drawn
        insert into howdah_stream.idempotency as i
        values (v_queue.queue_id, i_idem_key, nextval(v_queue.queue_event_seq::regclass), clock_timestamp() + i_ttl)
            on conflict (idem_queue, idem_key) do update
           set idem_event = excluded.idem_event, idem_expires = excluded.idem_expires
         where i.idem_expires <= clock_timestamp()
        returning i.idem_event, false into event_id, deduped;
        if found then
            perform howdah_stream.insert_raw(v_queue.queue_id, array[row(event_id, null, null, null, null,
                i_type, i_payload, i_partition_key, null, null, null)::pgque.event_template]);
            exit;
        end if;
        -- another session's, which has committed meanwhile: look again
    end loop;
    return next;
end
$$;

create or replace function pgque.send_idem(
    i_queue text, i_type text, i_payload jsonb, i_idem_key text, i_ttl interval default '1 hour',
    i_partition_key text default null) returns table (event_id bigint, deduped bool)
language sql security definer set search_path = pg_catalog, pg_temp as $$
    select * from pgque.send_idem(i_queue, i_type, i_payload::text, i_idem_key, i_ttl, i_partition_key)
$$;

-- Removes keys that have expired, of one queue or, null, of all: how many. Passes over those that are being sent again.
create or replace function howdah_stream.remove_expired_keys(i_queue_id int) returns int
language plpgsql as $$
declare
    v_count int;
begin
    with expired as (
        select idem_queue, idem_key from howdah_stream.idempotency
         where idem_expires <= clock_timestamp() and (i_queue_id is null or idem_queue = i_queue_id)
           for update skip locked
    )
    delete from howdah_stream.idempotency i using expired e
     where i.idem_queue = e.idem_queue and i.idem_key = e.idem_key;
    get diagnostics v_count = row_count;
    return v_count;
end
$$;

create or replace function pgque.maint_idem() returns int
language sql security definer set search_path = pg_catalog, pg_temp as $$
    select howdah_stream.remove_expired_keys(null)
$$;

-- Errors: no such queue.
create or replace function pgque.maint_idem(i_queue_name text) returns int
language sql security definer set search_path = pg_catalog, pg_temp as $$
    select howdah_stream.remove_expired_keys(howdah_stream.queue_to_write(i_queue_name))
$$;
